/**
 * Which IPv4 addresses a node talks to.
 *
 * @module
 */

import { localAddresses } from "../io/network/local_addresses.ts";
import { GlobalUnicast } from "../wire/global_unicast.ts";
import { type Ipv4Address, isLoopbackIpv4, isPrivateIpv4 } from "../wire/ipv4_address.ts";

/**
 * The IPv4 network that a node belongs to.
 *
 * - `public`: the Internet. No other addresses are sent to or believed
 * - `private`: the Internet and private networks (RFC 1918), for a laboratory or behind one large NAT
 * - `loopback`: this host alone, for tests
 */
export type Network = "public" | "private" | "loopback";

/** What this host may send to on such a network. */
export function addressPolicy(network: Network): GlobalUnicast {
  switch (network) {
    case "public":
      return new GlobalUnicast("hardened", localAddresses());
    case "private":
      return new WithPrivate("rfc4380", localAddresses());
    case "loopback":
      return new Loopback();
  }
}

/**
 * Whatever may be another host's address counts as global. Loopback, link-local and multicast never do.
 * (Should a broadcast address slip through, the kernel refuses it: our sockets do not ask for
 * SO_BROADCAST.)
 */
class WithPrivate extends GlobalUnicast {
  override has(address: Ipv4Address): boolean {
    return isPrivateIpv4(address) || super.has(address);
  }
}

/** Only 127.0.0.0/8 counts as global. */
class Loopback extends GlobalUnicast {
  override has(address: Ipv4Address): boolean {
    return isLoopbackIpv4(address);
  }
}
