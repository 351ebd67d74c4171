/**
 * Options of a relay, which may run alone or beside a server.
 *
 * @module
 */

import type { Ipv6Prefix } from "../../../wire/ipv6_prefix.ts";
import { type Option, optional, switchedOff } from "../option.ts";
import { type Contradiction, contradiction } from "../setting.ts";
import { INTERFACE, IPV6_PREFIXES } from "../kinds/value_kind.ts";

/** What a person tells of a relay. */
export interface GivenRelay {
  readonly interface: string | undefined;
  readonly prefix: readonly Ipv6Prefix[] | undefined;
  readonly hostOnly: boolean;
}

/** The options, by their properties. */
export type RelayOptionTable = { readonly [Name in keyof GivenRelay]: Option<GivenRelay[Name]> };

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
export function relayContradiction({ prefix, hostOnly }: GivenRelay): Contradiction | undefined {
  if (!hostOnly || prefix === undefined) return undefined;
  return contradiction(
    ["hostOnly", "prefix"],
    (hostOnly, prefix) => `${hostOnly} serves no ${prefix} but this host's own addresses`,
  );
}
