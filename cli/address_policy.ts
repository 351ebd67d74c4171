/**
 * Which IPv4 addresses the program talks to.
 *
 * @module
 */

import { localAddresses } from "../io/local_addresses.ts";
import { GlobalUnicast } from "../wire/global_unicast.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";

/** The policy for this host: `allowPrivate` is the option `--allow-private`. */
export function addressPolicy(allowPrivate: boolean): GlobalUnicast {
  const attached = localAddresses();
  return allowPrivate
    ? new WithPrivate("rfc4380", attached)
    : new GlobalUnicast("hardened", attached);
}

/** Whether `--allow-private` helps with an address that is refused without it. */
export function isForAllowPrivate(address: Ipv4Address): boolean {
  return addressPolicy(true).has(address);
}

/** What to do about a server's address that is refused. */
export function remedyForServer(address: Ipv4Address): string {
  return isForAllowPrivate(address)
    ? "For a network of its own, allow private ones with --allow-private"
    : "Name the one by which other hosts reach the server";
}

/**
 * For a Teredo network of its own, in a laboratory or behind one large NAT: whatever may be another
 * host's address counts as global. Loopback, link-local and multicast never do. (Should a broadcast
 * address slip through, the kernel refuses it: our sockets do not ask for SO_BROADCAST.)
 */
class WithPrivate extends GlobalUnicast {
  override has(address: Ipv4Address): boolean {
    return isPrivate(address) || super.has(address);
  }
}

/** Whether the address lies in a block of RFC 1918. */
function isPrivate(address: Ipv4Address): boolean {
  const first = address >>> 24;
  const firstTwo = address >>> 16;
  return first === 10 || firstTwo === 0xc0a8 || (firstTwo & 0xfff0) === 0xac10;
}
