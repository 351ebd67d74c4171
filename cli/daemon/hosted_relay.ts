/**
 * A relay or gateway on this host, alone or with a server: its interface, and what it serves.
 *
 * @module
 */

import { supports } from "../../ffi/open.ts";
import { platform } from "../../ffi/platform.ts";
import type { KeptRights } from "../../ffi/rights.ts";
import type { Log } from "../../io/log.ts";
import { nativeAddresses } from "../../io/network/native_ipv6.ts";
import type { EmbeddedRelaySettings } from "../../nodes/embedded_relay.ts";
import { type GatewaySide, gatewayTun } from "../../nodes/host/gateway_tun.ts";
import type { Opener } from "../../nodes/node_context.ts";
import { servedBy } from "../../nodes/host/relay_host.ts";
import { relayTun } from "../../nodes/host/relay_tun.ts";
import type { TunSide } from "../../nodes/host/tun_side.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import type { Ipv6Prefix } from "../../wire/ipv6_prefix.ts";
import type { LimitsValue } from "../args/kinds/limits_kind.ts";
import type { OffloadMode } from "../args/kinds/offload_mode.ts";
import { controlFolder, type ControlledRole } from "./control/control_path.ts";
import { ownPathContext } from "./control/own_path_context.ts";
import { FirewallWatch } from "./firewall_watch.ts";
import { CliError } from "../process/failure.ts";
import { stateFolder } from "./address_memory.ts";
import { withRemedy } from "./capability_remedy.ts";
import { type GatewayOptionValues, gatewayPolicy } from "./settings/gateway_option_values.ts";
import { relayLimits } from "./settings/limits.ts";
import type { RelayOptionValues } from "./settings/relay_option_values.ts";

/** Settings of a relay, its limits, and whether its interface uses segmentation offload. */
interface HostedRelayOptions extends RelayOptionValues, GatewayOptionValues {
  readonly offload: OffloadMode;
  readonly limits: LimitsValue | undefined;
}

/** What a relay needs once everything is open: its interface and the kernel's rules may change. */
export const INTERFACE_RIGHTS: KeptRights = {
  capabilities: ["CAP_NET_ADMIN"],
  runsPrograms: false,
};

/** A relay's side of the host, which is a gateway's if that is wanted. */
export type HostedSide = TunSide | GatewaySide;

/** A relay on this host, without its socket. */
export class HostedRelay {
  /** What its node is opened with. */
  readonly settings: EmbeddedRelaySettings<HostedSide>;
  readonly #serves: readonly Ipv6Prefix[];

  /**
   * @param publicAddresses IPv4 addresses that lead to this host
   * @param role the role that it runs with: the servers of a mere relay's clients run on other hosts
   * @throws {CliError} there is nothing to relay for, or this system has no gateways
   */
  constructor(
    options: HostedRelayOptions,
    publicAddresses: readonly Ipv4Address[],
    role: Exclude<ControlledRole, "client">,
  ) {
    const { prefix, hostOnly } = options;
    this.#serves = servedBy({ prefix, hostOnly });
    if (this.#serves.length === 0) throw withoutIpv6();
    if (options.gateway) checkGateways();
    const open = opener(options, publicAddresses[0], role);
    this.settings = {
      prefix,
      hostOnly,
      limits: relayLimits(options.limits),
      publicAddresses,
      gateway: gatewayPolicy(options),
      host: (context) => withRemedy("CAP_NET_ADMIN", () => open(context)),
    };
  }

  /**
   * What it does, for the log: "Relaying between Teredo clients and 2000::/3 through interface
   * teredo".
   */
  describe(side: HostedSide): string {
    const served = this.#serves.map(({ address, length }) => `${formatIpv6(address)}/${length}`);
    if (!isGateway(side)) {
      return `Relaying between Teredo clients and ${
        served.join(", ")
      } through interface ${side.name}`;
    }
    const own = nativeAddresses().find(({ interface: name }) => name !== side.name);
    const where = own === undefined || !side.hasNativeIpv6
      ? "one another"
      : `one another and ${served.join(", ")}, where they appear as ${formatIpv6(own.address)}`;
    return `Gateway through interface ${side.name}: clients reach ${where}`;
  }
}

/** Whether it is a gateway's side of the host. */
export function isGateway(side: HostedSide): side is GatewaySide {
  return side.translates === true;
}

/** Warns if the kernel would keep a gateway's rules after a KILL. */
export function warnOfKernel(side: HostedSide, log: Log): void {
  if (!isGateway(side) || side.isOwned) return;
  log.warn(
    "This kernel keeps the gateway's rules if the program is killed: before Linux 5.12, no table of " +
      "nf_tables goes with its program. The next start removes them",
  );
}

/** What warns if a firewall is in a gateway's way. */
export function firewallWatch(side: HostedSide, log: Log): FirewallWatch | undefined {
  return isGateway(side) ? new FirewallWatch(side, log) : undefined;
}

function opener(
  options: HostedRelayOptions,
  fallback: Ipv4Address | undefined,
  role: ControlledRole,
): Opener<HostedSide> {
  const tun = { name: options.interface, offload: options.offload === "auto" };
  if (!options.gateway) return relayTun(tun);
  return gatewayTun({
    ...tun,
    clientFlows: options.clientFlows,
    services: options.gatewayServices,
    unsolicited: options.gatewayInbound,
    notes: stateFolder() ?? controlFolder(role, ownPathContext()),
    fallback,
    serversElsewhere: role === "relay",
  });
}

function checkGateways(): void {
  if (supports("openSourceNat")) return;
  throw new CliError(
    `Cannot run a gateway on ${platform.name}: it needs the source NAT of Linux. ` +
      "Run it on a Linux machine, or leave out --gateway",
  );
}

function withoutIpv6(): CliError {
  return new CliError(
    "Cannot relay for this host only: it has no native IPv6 address. " +
      'Give it one first, or run "teredo client" on a host without IPv6',
  );
}
