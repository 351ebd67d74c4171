/**
 * IPv6 prefixes, RFC 4291 §2.3.
 *
 * @module
 */

/** The addresses that begin with the first `length` bits of `address`. */
export interface Ipv6Prefix {
  /** 16 octets; those behind the prefix are 0. */
  readonly address: Uint8Array;
  /** Bits that count, 0 to 128. */
  readonly length: number;
}

/**
 * The prefix of `length` bits that an address lies in.
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { formatIpv6, parseIpv6 } from "./ipv6_address.ts";
 * import { isWithin, prefixOf } from "./ipv6_prefix.ts";
 *
 * const prefix = prefixOf(parseIpv6("2001:db8:ffff::1")!, 33);
 * assertEquals(formatIpv6(prefix.address), "2001:db8:8000::");
 * assert(isWithin(parseIpv6("2001:db8:8000::7")!, 0, prefix));
 * ```
 */
export function prefixOf(address: Uint8Array, length: number): Ipv6Prefix {
  const network = new Uint8Array(16);
  const whole = length >>> 3;
  network.set(address.subarray(0, whole));
  if (length & 7) network[whole] = address[whole]! & (0xff00 >>> (length & 7));
  return { address: network, length };
}

/** Whether the address at `offset` lies within one of the prefixes. */
export function isWithinAny(
  bytes: Uint8Array,
  offset: number,
  prefixes: readonly Ipv6Prefix[],
): boolean {
  for (let i = 0; i < prefixes.length; i++) {
    if (isWithin(bytes, offset, prefixes[i]!)) return true;
  }
  return false;
}

/** Whether the address at `offset` lies within the prefix. */
export function isWithin(bytes: Uint8Array, offset: number, prefix: Ipv6Prefix): boolean {
  const whole = prefix.length >>> 3;
  for (let i = 0; i < whole; i++) {
    if (bytes[offset + i] !== prefix.address[i]) return false;
  }
  const rest = prefix.length & 7;
  if (rest === 0) return true;
  return ((bytes[offset + whole]! ^ prefix.address[whole]!) >>> (8 - rest)) === 0;
}
