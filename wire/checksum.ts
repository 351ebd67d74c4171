/**
 * The Internet checksum (RFC 1071) with the IPv6 pseudo-header around it.
 *
 * On the hot path. Sums are kept unfolded as long as they are exact in a double (a 65,535-octet
 * packet adds less than 2^32), and folded once at the end.
 *
 * @module
 */

import { DESTINATION, IPV6_HEADER_LENGTH, payloadLengthOf, SOURCE } from "./ipv6_header.ts";
import { setU16 } from "./octets.ts";

/**
 * Adds `length` octets from `offset` as big-endian 16-bit words to `sum`; an odd last octet counts
 * as the upper half of a word. The result is not folded.
 */
export function addToSum(bytes: Uint8Array, offset: number, length: number, sum = 0): number {
  let i = offset;
  const end = offset + (length & ~1);
  const unrolled = offset + (length & ~7);
  let high = 0;
  let low = 0;
  for (; i < unrolled; i += 8) {
    high += bytes[i]! + bytes[i + 2]! + bytes[i + 4]! + bytes[i + 6]!;
    low += bytes[i + 1]! + bytes[i + 3]! + bytes[i + 5]! + bytes[i + 7]!;
  }
  for (; i < end; i += 2) {
    high += bytes[i]!;
    low += bytes[i + 1]!;
  }
  if (length & 1) high += bytes[i]!;
  return sum + high * 256 + low;
}

/** Folds a sum to 16 bits with end-around carry. */
export function foldSum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}

/**
 * The unfolded sum of the IPv6 pseudo-header (RFC 8200 §8.1) of a packet whose upper-layer part has
 * `length` octets and protocol `nextHeader`.
 */
export function pseudoHeaderSum(packet: Uint8Array, length: number, nextHeader: number): number {
  return addToSum(packet, SOURCE, DESTINATION + 16 - SOURCE, length + nextHeader);
}

const ICMPV6 = 58;
const ICMPV6_CHECKSUM = IPV6_HEADER_LENGTH + 2;

/** Computes and writes the checksum of an ICMPv6 message right behind the fixed header. */
export function writeIcmpv6Checksum(packet: Uint8Array): void {
  setU16(packet, ICMPV6_CHECKSUM, 0);
  setU16(packet, ICMPV6_CHECKSUM, ~icmpv6Sum(packet) & 0xffff);
}

/** Whether the checksum of the ICMPv6 message right behind the fixed header is right. */
export function hasValidIcmpv6Checksum(packet: Uint8Array): boolean {
  return icmpv6Sum(packet) === 0xffff;
}

/** The folded sum over pseudo-header and ICMPv6 message, the checksum field included. */
function icmpv6Sum(packet: Uint8Array): number {
  const length = payloadLengthOf(packet);
  return foldSum(
    addToSum(packet, IPV6_HEADER_LENGTH, length, pseudoHeaderSum(packet, length, ICMPV6)),
  );
}
