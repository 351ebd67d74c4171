/**
 * What a relay's host has to have: a public IPv4 address for Teredo clients, and native IPv6 for everyone
 * else.
 *
 * @module
 */

import type { InterfaceFault } from "../../io/host/own_interface.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { formatIpv4, type Ipv4Address } from "../../wire/ipv4_address.ts";

/** The host, and the settings that matter. */
export interface RelayHostView {
  /** The host's IPv4 addresses, or the one that the relay is bound to. */
  readonly addresses: readonly Ipv4Address[];
  /** The address that `--public` names. */
  readonly publicAddress: Ipv4Address | undefined;
  /** The addresses that count as public. */
  readonly globalUnicast: Pick<GlobalUnicast, "has">;
  /** Whether the relay serves the IPv6 Internet, and not only prefixes that were named. */
  readonly servesInternet: boolean;
  readonly hasNativeIpv6: boolean;
}

/** What the host lacks. */
export function missingForRelay(host: RelayHostView): InterfaceFault[] {
  const { addresses, publicAddress, globalUnicast, servesInternet, hasNativeIpv6 } = host;
  const messages: string[] = [];
  if (publicAddress === undefined && !addresses.some((each) => globalUnicast.has(each))) {
    const found = addresses.length === 0 ? "none" : `only ${addresses.map(formatIpv4).join(", ")}`;
    messages.push(
      `This host has no public IPv4 address (${found}), so Teredo clients cannot reach the relay. ` +
        "Give it one; behind a NAT that forwards the port, name it with --public",
    );
  }
  if (servesInternet && !hasNativeIpv6) {
    messages.push(
      "This host has no native IPv6 address, so the relay has no hosts to relay for. Give it one, " +
        "or name the prefixes that it serves with --prefix",
    );
  }
  return messages.map((message) => ({ type: "incomplete", message }));
}
