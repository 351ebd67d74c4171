/**
 * A client's servers, as its user names them.
 *
 * @module
 */

import type { ServerAddresses } from "../client/client_config.ts";
import type { Log } from "../io/log.ts";
import { type Lookup, ResolveError, suspicionAbout } from "../io/servers/lookup.ts";
import { ServerDirectory } from "../io/servers/server_directory.ts";
import { ServerName } from "../io/servers/server_name.ts";
import { reasonOf } from "../reason.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { formatIpv4, type Ipv4Address, parseIpv4 } from "../wire/ipv4_address.ts";

/** A server by name or IPv4 address. */
export interface GivenServer {
  readonly primary: string;
  /** The secondary address; by default the one after the primary. */
  readonly secondary?: string | undefined;
}

/** Throws when a server cannot be used. */
export type CheckGivenServer = (server: ServerAddresses, reachable: GlobalUnicast) => void;

/** The servers, not looked up yet. */
export function serverDirectory(
  servers: readonly GivenServer[],
  check: CheckGivenServer = refuseUnreachable,
  { globalUnicast, log }: { readonly globalUnicast: GlobalUnicast; readonly log: Log },
  lookup?: Lookup,
): ServerDirectory {
  const names = servers.map(({ primary, secondary }) => new ServerName(primary, secondary, lookup));
  const checkFound = (addresses: ServerAddresses, name: ServerName) => {
    try {
      check(addresses, globalUnicast);
    } catch (error) {
      throw suspectName(addresses, name, globalUnicast, reasonOf(error)) ?? error;
    }
  };
  return new ServerDirectory(names, checkFound, log);
}

/**
 * What a name was resolved to, if no server can be there; another look-up may find another address.
 */
function suspectName(
  { primary, secondary }: ServerAddresses,
  name: ServerName,
  reachable: GlobalUnicast,
  reason: string,
): ResolveError | undefined {
  const host = reachable.has(primary) ? name.secondary ?? name.primary : name.primary;
  const isOutside = !reachable.has(primary) || !reachable.has(secondary);
  if (!isOutside || parseIpv4(host) !== undefined) return undefined;
  return new ResolveError(`${reason}. ${suspicionAbout(host)}`);
}

/**
 * @throws {RangeError} one of the two addresses is outside of the client's network, or they are the
 * same
 */
function refuseUnreachable(
  { primary, secondary }: ServerAddresses,
  reachable: GlobalUnicast,
): void {
  const outside = [primary, secondary].find((address) => !reachable.has(address));
  if (outside !== undefined) throw refusal(outside, "it is outside of the client's network");
  if (primary === secondary) throw refusal(primary, "its secondary address is the same");
}

function refusal(address: Ipv4Address, reason: string): RangeError {
  return new RangeError(`Cannot use the server at ${formatIpv4(address)}: ${reason}`);
}
