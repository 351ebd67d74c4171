/**
 * Options of a gateway, which runs together with a server, or as a relay.
 *
 * @module
 */

import { type Option, optional, switchedOff } from "../../args/option.ts";
import { BIT_RATE, FLOWS, GATEWAY_CLIENTS, SERVICES } from "../../args/kinds/gateway_kinds.ts";
import { type Contradiction, contradiction } from "../../args/setting.ts";
import { CLIENT_FLOWS } from "../../../protocol/constants.ts";
import type { GatewayOptionValues } from "../../daemon/settings/gateway_option_values.ts";
import type { RelayOptionValues } from "../../daemon/settings/relay_option_values.ts";

/** The options, by their properties. */
type GatewayOptionTable = {
  readonly [Name in keyof GatewayOptionValues]: Option<GatewayOptionValues[Name]>;
};

/**
 * The options.
 *
 * @param fallback the clients that may use the gateway unless `--gateway-for` names others
 */
export function gatewayOptions(fallback: string | undefined): GatewayOptionTable {
  return {
    gateway: switchedOff(
      "Give clients the native IPv6 Internet and each other, with this host's own IPv6 address " +
        "(Linux only)",
    ),
    gatewayFor: optional(
      GATEWAY_CLIENTS,
      "Clients that may use the gateway, by the public IPv4 addresses of their NATs",
      fallback,
    ),
    clientRate: optional(
      BIT_RATE,
      "Limit for each client of the gateway and each direction, in bits per second",
      "no limit",
    ),
    clientFlows: optional(
      FLOWS,
      "Connections that each client of the gateway may have open; eight times as many all with one " +
        "IPv4 address",
      String(CLIENT_FLOWS),
    ),
    gatewayServices: optional(
      SERVICES,
      "Services of this host that clients of the gateway may use",
      "none",
    ),
    gatewayInbound: switchedOff(
      "Let native hosts open connections to clients, if 2001::/32 is routed to this host",
    ),
  };
}

/** A gateway serves the Internet, and its options need one. */
export function gatewayContradiction(
  { gateway, hostOnly, ...options }: GatewayOptionValues & Pick<RelayOptionValues, "hostOnly">,
): Contradiction | undefined {
  if (gateway && hostOnly) {
    return contradiction(
      ["gateway", "hostOnly"],
      (gateway, hostOnly) => `${gateway} carries packets for others: leave out ${hostOnly}`,
    );
  }
  if (gateway) return undefined;
  const names = [
    ...["gatewayFor", "clientRate", "clientFlows", "gatewayServices", "gatewayInbound"] as const,
  ];
  const surplus = names.find((name) => options[name] !== undefined && options[name] !== false);
  if (surplus === undefined) return undefined;
  return contradiction(
    [surplus, "gateway"],
    (surplus, gateway) => `${surplus} is for gateways: add ${gateway}`,
  );
}
