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

/** The options, by their properties. */
export type RelayOptionTable = {
  readonly [Name in keyof RelayOptionValues]: Option<RelayOptionValues[Name]>;
};

/** The options; `when` is put before each help. */
export function relayOptions(when = ""): RelayOptionTable {
  const help = (text: string) =>
    when === "" ? text : `${when}, ${text[0]!.toLowerCase()}${text.slice(1)}`;
  return {
    interface: optional(
      INTERFACE,
      help("The network interface to make"),
      "teredo",
    ),
    prefix: optional(
      IPV6_PREFIXES,
      help("Where packets of clients may go"),
      "2000::/3, the IPv6 Internet",
    ),
    hostOnly: switchedOff(help("Serve this host's own addresses only")),
  };
}

/** A relay for this host has no other prefixes. */
export function relayContradiction(
  { prefix, hostOnly }: RelayOptionValues,
): Contradiction | undefined {
  if (!hostOnly || prefix === undefined) return undefined;
  return contradiction(
    ["hostOnly", "prefix"],
    (hostOnly, prefix) => `${hostOnly} serves no ${prefix} but this host's own addresses`,
  );
}
