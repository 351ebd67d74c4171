/**
 * The Internet checksum (RFC 1071) with the IPv6 pseudo-header around it.
 *
 * On the hot path. Sums are kept unfolded as long as they are exact in a double (a 65,535-octet
 * packet adds less than 2^32), and folded once at the end.
 *
 * @module
 */

import { ADDRESSES_LENGTH, IPV6_HEADER_LENGTH, payloadLengthOf, SOURCE } from "./ipv6_header.ts";
import { setU16 } from "../memory/octets.ts";
import { isPacketMemory, vectorCopyAndSum, vectorSum } from "../memory/packet_memory.ts";

/** Below this many octets, a view of words costs more to make than it saves. */
const SHORT = 64;

/**
 * Adds `length` octets (a quarter of a megabyte at most) from `offset` as big-endian 16-bit words
 * to `sum`; an odd last octet counts as the upper half of a word. The result is not folded.
 */
export function addToSum(bytes: Uint8Array, offset: number, length: number, sum = 0): number {
  if (length < SHORT) return addOctets(bytes, offset, length, sum);
  if (isPacketMemory(bytes)) return sum + vectorSum(bytes, offset, length);
  const lead = -(bytes.byteOffset + offset) & 3;
  const count = (length - lead) >>> 2;
  const rest = lead + 4 * count;
  const words = swapped(sumWords(bytes, offset + lead, count));
  const tail = foldSum(addOctets(bytes, offset + rest, length - rest, words));
  return addOctets(bytes, offset, lead, sum) + (lead & 1 ? swapped(tail) : tail);
}

/**
 * Copies `length` octets from `offset` of one array to `toOffset` of another, and adds them to
 * `sum` as {@linkcode addToSum} does. The two ranges do not overlap.
 */
export function copyAndAddToSum(
  to: Uint8Array,
  toOffset: number,
  from: Uint8Array,
  offset: number,
  length: number,
  sum = 0,
): number {
  if (isPacketMemory(from) && (from === to || isPacketMemory(to))) {
    return sum + vectorCopyAndSum(to, toOffset, from, offset, length);
  }
  to.set(from.subarray(offset, offset + length), toOffset);
  return addToSum(to, toOffset, length, sum);
}

/** Adds octet by octet, the upper halves of words apart from the lower ones. */
function addOctets(bytes: Uint8Array, offset: number, length: number, sum: number): number {
  const end = offset + (length & ~1);
  let high = 0;
  let low = 0;
  for (let i = offset; i < end; i += 2) {
    high += bytes[i]!;
    low += bytes[i + 1]!;
  }
  if (length & 1) high += bytes[end]!;
  return sum + high * 256 + low;
}

/**
 * The folded sum of `count` aligned 32-bit words, in the order of this machine's octets: the sum of
 * swapped words is the swapped sum (RFC 1071 §2 B). Both halves of all words fit 32-bit integers,
 * which V8 adds faster than doubles. Adding four words a step takes three quarters of the time.
 */
function sumWords(bytes: Uint8Array, offset: number, count: number): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + offset, count);
  const fours = count & ~3;
  let low = 0;
  let high = 0;
  let i = 0;
  for (; i < fours; i += 4) {
    const a = words[i]!;
    const b = words[i + 1]!;
    const c = words[i + 2]!;
    const d = words[i + 3]!;
    low = (low + (a & 0xffff) + (b & 0xffff) + (c & 0xffff) + (d & 0xffff)) | 0;
    high = (high + (a >>> 16) + (b >>> 16) + (c >>> 16) + (d >>> 16)) | 0;
  }
  for (; i < count; i++) {
    low = (low + (words[i]! & 0xffff)) | 0;
    high = (high + (words[i]! >>> 16)) | 0;
  }
  return foldSum((low >>> 0) + (high >>> 0));
}

/** A 16-bit word with its octets exchanged. Deno runs on little-endian processors only. */
function swapped(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8);
}

/** Folds a sum to 16 bits with end-around carry. */
export function foldSum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}

const ICMPV6 = 58;
const ICMPV6_CHECKSUM = IPV6_HEADER_LENGTH + 2;

/** Computes and writes the checksum of an ICMPv6 message right behind the fixed header. */
export function writeIcmpv6Checksum(packet: Uint8Array): void {
  setU16(packet, ICMPV6_CHECKSUM, 0);
  setU16(packet, ICMPV6_CHECKSUM, ~icmpv6Sum(packet, 0) & 0xffff);
}

/**
 * Whether the checksum of the ICMPv6 message right behind the fixed header is right.
 *
 * @param offset where the packet begins
 */
export function hasValidIcmpv6Checksum(packet: Uint8Array, offset = 0): boolean {
  return icmpv6Sum(packet, offset) === 0xffff;
}

/**
 * The folded sum over pseudo-header and ICMPv6 message, checksum field included. The addresses end
 * where the message begins, so that one pass covers both.
 */
function icmpv6Sum(packet: Uint8Array, offset: number): number {
  const length = payloadLengthOf(packet, offset);
  return foldSum(addToSum(packet, offset + SOURCE, ADDRESSES_LENGTH + length, length + ICMPV6));
}
