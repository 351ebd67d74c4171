/**
 * What a relay has to know about this host, as it is now.
 *
 * @module
 */

import { localAddresses } from "../../io/network/local_addresses.ts";
import { nativeAddresses } from "../../io/network/native_ipv6.ts";
import type { GatewayConfig } from "../../relay/gateway_config.ts";
import { Relay } from "../../relay/relay.ts";
import type { RelayConfig, RelayHost } from "../../relay/relay_config.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import type { Ipv4Address } from "../../wire/ipv4_address.ts";
import type { Ipv6Prefix } from "../../wire/ipv6_prefix.ts";

/** Which hosts a relay carries packets for. */
export interface RelayScope {
  /** The native prefixes that clients may send to; by default 2000::/3, the IPv6 Internet. */
  readonly prefix?: readonly Ipv6Prefix[] | undefined;
  /** Whether it serves only this host's own addresses, RFC 4380 §5.5; false by default. */
  readonly hostOnly?: boolean | undefined;
}

/** Settings of a relay apart from its sockets and its side of the host. */
export interface RelaySettings extends
  RelayScope,
  Pick<
    RelayConfig,
    "directBubbles" | "acceptUnknown" | "mtu" | "maxPeers" | "errorSource" | "limits"
  > {
  /**
   * IPv4 addresses that lead to this host but are not on it, such as the public one of a cloud
   * machine. What would come back by them is dropped, as by its own (RFC 6324).
   */
  readonly publicAddresses?: readonly Ipv4Address[] | undefined;
}

/** 2000::/3, the part of the IPv6 Internet that is assigned. */
const NATIVE_INTERNET: Ipv6Prefix = {
  address: Uint8Array.of(0x20, ...new Uint8Array(15)),
  length: 3,
};

/**
 * The native prefixes that a relay on this host serves; none if it is to serve a host without
 * native addresses.
 */
export function servedBy({ prefix, hostOnly = false }: RelayScope): readonly Ipv6Prefix[] {
  return hostOnly
    ? nativeAddresses().map(({ address }) => ({ address, length: 128 }))
    : prefix ?? [NATIVE_INTERNET];
}

/** The host's addresses as they are now. */
export function relayHost(settings: RelaySettings): RelayHost {
  const native = nativeAddresses().map(({ address }) => address);
  const local = localAddresses().map(({ address }) => address);
  return {
    serves: servedBy(settings),
    ownAddresses: [...local, ...settings.publicAddresses ?? []],
    errorSource: settings.errorSource ?? native[0],
    nativeAddresses: native,
  };
}

/** A relay for this host, which is a gateway if it has the rules of one. */
export function newRelay(
  settings: RelaySettings,
  globalUnicast: GlobalUnicast,
  gateway: GatewayConfig | undefined,
): Relay {
  return new Relay({
    ...settings,
    ...relayHost(settings),
    gateway,
    globalUnicast,
    random: (bytes) => crypto.getRandomValues(bytes),
  });
}
