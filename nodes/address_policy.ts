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
 * - `public`: the Internet. Other addresses are neither sent to nor believed
 * - `private`: the Internet and private networks (RFC 1918), for a laboratory or behind one large
 *   NAT
 * - `loopback`: only this host, for tests
 */
export type Network = "public" | "private" | "loopback";

/** Which addresses this host may send to on such a network. */
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
 * Every address that another host may have counts as global. Loopback, link-local and multicast
 * addresses never do. The kernel refuses broadcast addresses that slip through, because our sockets
 * do not ask for SO_BROADCAST.
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
