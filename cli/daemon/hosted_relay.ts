/**
 * A relay on this host, alone or beside a server: its interface, and the prefixes it serves.
 *
 * @module
 */

import { forwardsIpv6 } from "../../ffi/open.ts";
import type { Log } from "../../io/log.ts";
import type { EmbeddedRelaySettings } from "../../nodes/embedded_relay.ts";
import { servedBy } from "../../nodes/relay_host.ts";
import { relayTun } from "../../nodes/relay_tun.ts";
import type { TunSide } from "../../nodes/tun_side.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import type { Ipv6Prefix } from "../../wire/ipv6_prefix.ts";
import type { OffloadMode } from "../args/kinds/offload_mode.ts";
import { CliError } from "../process/failure.ts";
import { withRemedy } from "./capability_remedy.ts";
import type { RelayOptionValues } from "./settings/relay_option_values.ts";

/** Settings of a relay, and whether its interface uses segmentation offload. */
export interface HostedRelayOptions extends RelayOptionValues {
  readonly offload: OffloadMode;
}

/** A relay on this host, without its socket. */
export class HostedRelay {
  /** What its node is opened with. */
  readonly settings: EmbeddedRelaySettings<TunSide>;
  readonly #serves: readonly Ipv6Prefix[];

  /** @throws {CliError} there is nothing to relay for */
  constructor({ interface: name, prefix, hostOnly, offload }: HostedRelayOptions, log: Log) {
    this.#serves = servedBy({ prefix, hostOnly });
    if (this.#serves.length === 0) throw withoutIpv6();
    if (!hostOnly) warnUnlessForwarding(log);
    const open = relayTun({ name, offload: offload === "auto" });
    this.settings = {
      prefix,
      hostOnly,
      host: (context) => withRemedy("CAP_NET_ADMIN", () => open(context)),
    };
  }

  /** "between Teredo clients and 2000::/3 through interface teredo". */
  describe({ name }: TunSide): string {
    const served = this.#serves.map(({ address, length }) => `${formatIpv6(address)}/${length}`);
    return `between Teredo clients and ${served.join(", ")} through interface ${name}`;
  }
}

function withoutIpv6(): CliError {
  return new CliError(
    "Cannot relay for this host only: it has no IPv6 address of its own. " +
      'Give it one first, or run "teredo client" on a host without IPv6',
  );
}

/** A relay is a router: the kernel has to forward between its interfaces. */
function warnUnlessForwarding(log: Log): void {
  // Where the setting cannot be read, there is nothing to say about it.
  if (forwardsIpv6() ?? true) return;
  log.warn(
    "This host does not forward IPv6, so only its own packets reach Teredo clients. Turn " +
      'forwarding on with "sysctl -w net.ipv6.conf.all.forwarding=1", or use --host-only',
  );
}
