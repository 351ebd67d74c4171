/**
 * A client's servers, as the settings name them.
 *
 * @module
 */

import type { ServerAddresses } from "../../../client/client_config.ts";
import type { GivenServer } from "../../../nodes/given_server.ts";
import type { GlobalUnicast } from "../../../wire/global_unicast.ts";
import { formatIpv4 } from "../../../wire/ipv4_address.ts";
import { remedyForServer } from "./allow_private.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { CliError } from "../../process/failure.ts";
import { type Contradiction, contradiction } from "../../args/setting.ts";

/** The servers, in order of preference. */
export interface GivenServers {
  readonly server: readonly string[];
  /** Their secondary addresses, in the same order. */
  readonly server2: readonly string[] | undefined;
}

/** What to say if both addresses of a server are the same, even under two names. */
const sameAddress = (server2: string, server: string) =>
  `${server2} needs another address than ${server}`;

/** Secondary addresses have to match the servers. */
export function serverContradiction({ server, server2 }: GivenServers): Contradiction | undefined {
  if (server2 === undefined) return undefined;
  const between = ["server2", "server"];
  if (server.some((host, i) => isSameHost(host, server2[i]))) {
    return contradiction(between, sameAddress);
  }
  if (server2.length === server.length) return undefined;
  return contradiction(
    between,
    (name) =>
      `${name} needs one secondary address for each server, in the same order: ` +
      `${server.length} and not ${server2.length}`,
  );
}

/** The servers as a client takes them. */
export function serversOf({ server, server2 }: GivenServers): GivenServer[] {
  return server.map((primary, i) => ({ primary, secondary: server2?.[i] }));
}

function isSameHost(one: string, other: string | undefined): boolean {
  return one.toLowerCase() === other?.toLowerCase();
}

/** @throws {CliError} the server cannot be used; the message says what to do */
export function checkServer(
  { primary, secondary }: ServerAddresses,
  globalUnicast: GlobalUnicast,
): void {
  for (const address of [primary, secondary]) {
    if (globalUnicast.has(address)) continue;
    throw new CliError(
      `Cannot use the server at ${formatIpv4(address)}: it is not a public address. ` +
        remedyForServer(address),
      ExitCode.CONFIG,
    );
  }
  if (primary === secondary) {
    const reason = sameAddress("--server2", "--server");
    throw new CliError(`Cannot use the server at ${formatIpv4(primary)}: ${reason}`);
  }
}
