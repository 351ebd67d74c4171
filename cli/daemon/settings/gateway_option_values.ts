/**
 * Settings of a gateway on this host, with a server or as a relay alone.
 *
 * @module
 */

import type { Service } from "../../../ffi/packet_filter.ts";
import type { GatewayClients, GatewayPolicy } from "../../../nodes/gateway_policy.ts";
import type { Rate } from "../../../protocol/token_bucket.ts";
import type { Ipv4Block } from "../../../wire/global_unicast.ts";

/** Settings of a gateway. */
export interface GatewayOptionValues {
  readonly gateway: boolean;
  /** Which clients may use it, by their mapped addresses; `undefined` where they prove a secret. */
  readonly gatewayFor: "all" | readonly Ipv4Block[] | undefined;
  /** A cap on what each client sends, and on what it receives, in octets per second. */
  readonly clientRate: number | undefined;
  /** Connections that each client may have open. */
  readonly clientFlows: number | "off" | undefined;
  /** Services of this host that clients may use. */
  readonly gatewayServices: readonly Service[] | undefined;
  /** Let native hosts begin exchanges with clients. */
  readonly gatewayInbound: boolean;
}

/** The rules of the gateway; `undefined` where none is wanted. */
export function gatewayPolicy(options: GatewayOptionValues): GatewayPolicy | undefined {
  if (!options.gateway) return undefined;
  return {
    clients: clientsOf(options),
    clientRate: rateOf(options.clientRate),
    services: options.gatewayServices,
    unsolicited: options.gatewayInbound,
  };
}

/**
 * What may pass at once, in octets: a quarter of a second, and never less than a few full packets.
 */
const LEAST_BURST = 65_536;

function rateOf(perSecond: number | undefined): Rate | undefined {
  if (perSecond === undefined) return undefined;
  return { perSecond, burst: Math.max(LEAST_BURST, Math.ceil(perSecond / 4)) };
}

/** The commands see to it that clients prove a secret where nothing else is said. */
function clientsOf({ gatewayFor }: GatewayOptionValues): GatewayClients {
  return gatewayFor ?? "proved";
}
