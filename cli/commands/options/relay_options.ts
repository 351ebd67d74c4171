/**
 * Options of a relay, which may run alone or beside a server.
 *
 * @module
 */

import type { RelayOptionValues } from "../../daemon/settings/relay_option_values.ts";
import { type Option, optional, switchedOff } from "../../args/option.ts";
import { type Contradiction, contradiction } from "../../args/setting.ts";
import { IPV6_PREFIXES } from "../../args/kinds/address_kinds.ts";
import { INTERFACE } from "../../args/kinds/interface_kind.ts";
import { INTERFACE_DEFAULT } from "./interface_default.ts";

/** The options, by their properties. */
type RelayOptionTable = {
  readonly [Name in keyof RelayOptionValues]: Option<RelayOptionValues[Name]>;
};

/** The options; `when` stands before the help of each. */
export function relayOptions(when = ""): RelayOptionTable {
  const help = (text: string) =>
    when === "" ? text : `${when}: ${text[0]!.toLowerCase()}${text.slice(1)}`;
  return {
    interface: optional(
      INTERFACE,
      help("Name of the network interface to create"),
      INTERFACE_DEFAULT,
    ),
    prefix: optional(
      IPV6_PREFIXES,
      help("Prefixes that clients can reach through the relay"),
      "2000::/3, the IPv6 Internet",
    ),
    hostOnly: switchedOff(help("Relay only for this host's own addresses")),
  };
}

/** A relay for this host alone serves no other prefixes. */
export function relayContradiction(
  { prefix, hostOnly }: RelayOptionValues,
): Contradiction | undefined {
  if (!hostOnly || prefix === undefined) return undefined;
  return contradiction(
    ["hostOnly", "prefix"],
    (hostOnly, prefix) => `${hostOnly} serves only this host's own addresses: leave out ${prefix}`,
  );
}
