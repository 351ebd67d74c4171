/**
 * What a relay on this host takes part with, alone or beside a server: its interface, and whom it serves.
 *
 * @module
 */

import { readSysctl } from "../../ffi/linux/sysctl.ts";
import type { Log } from "../../io/log.ts";
import { servedBy } from "../../nodes/relay_host.ts";
import { relayTun } from "../../nodes/relay_tun.ts";
import type { RelayBeside } from "../../nodes/teredo_server.ts";
import type { TunSide } from "../../nodes/tun_side.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import type { Ipv6Prefix } from "../../wire/ipv6_prefix.ts";
import { CliError } from "../process/failure.ts";
import type { OffloadMode } from "../args/kinds/offload_mode.ts";
import { describeOffload } from "./messages/offload_messages.ts";
import { withRemedy } from "./capability_remedy.ts";
import type { RelayOptionValues } from "./settings/relay_option_values.ts";

/** What a person tells, and whether packets pass the interface in bunches. */
export interface RelayPartOptions extends RelayOptionValues {
  readonly offload: OffloadMode;
}

const DEFAULT_INTERFACE = "teredo";

/** A relay without its socket. */
export class RelayPart {
  /** What the relay is told. */
  readonly settings: RelayBeside;
  readonly #serves: readonly Ipv6Prefix[];
  #interface: string;

  /** @throws {CliError} there is nobody to relay for */
  constructor(
    { interface: name = DEFAULT_INTERFACE, prefix, hostOnly, offload }: RelayPartOptions,
    log: Log,
  ) {
    this.#serves = servedBy({ prefix, hostOnly });
    if (this.#serves.length === 0) throw withoutIpv6();
    if (!hostOnly) warnUnlessForwarding(log);
    this.#interface = name;
    const open = relayTun({ name, offload: offload === "auto" });
    const host = (context: Parameters<typeof open>[0]): TunSide => {
      const opened = withRemedy("CAP_NET_ADMIN", () => open(context));
      this.#interface = opened.name;
      log.info(describeOffload(opened));
      return opened;
    };
    this.settings = { prefix, hostOnly, host };
  }

  /** The name of its interface. */
  get interface(): string {
    return this.#interface;
  }

  /** "between Teredo clients and 2000::/3 through interface teredo". */
  describe(): string {
    const whom = this.#serves.map(({ address, length }) => `${formatIpv6(address)}/${length}`);
    return `between Teredo clients and ${whom.join(", ")} through interface ${this.#interface}`;
  }
}

function withoutIpv6(): CliError {
  return new CliError(
    "Cannot relay for this host only: it has no IPv6 address of its own. " +
      'Give it one first; a host without IPv6 runs "teredo client"',
  );
}

/** A relay is a router: the kernel has to forward between its interfaces. */
function warnUnlessForwarding(log: Log): void {
  // Where it cannot be seen, there is nothing to say about it.
  if (Deno.build.os !== "linux" || readSysctl("net/ipv6/conf/all/forwarding") !== "0") return;
  log.warn(
    "This host does not forward IPv6, so that only its own packets reach Teredo clients. Turn " +
      'forwarding on with "sysctl -w net.ipv6.conf.all.forwarding=1", or say --host-only',
  );
}
