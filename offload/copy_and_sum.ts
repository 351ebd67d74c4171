/**
 * Copying and checksumming in one pass: each word is fetched from memory once.
 *
 * @module
 */

import { addToSum, foldSum, swapped } from "../wire/checksum.ts";
import type { Arena } from "./arena.ts";

/**
 * Copies `length` octets (a quarter of a megabyte at most) from `source` of one arena to `target` of
 * another, and returns their unfolded sum as big-endian 16-bit words; an odd last octet counts as
 * the upper half of a word.
 *
 * It is fastest where both offsets are multiples of four, which is how headers fall as a rule. The two
 * stretches must not overlap.
 */
export function copyAndSum(
  from: Arena,
  source: number,
  to: Arena,
  target: number,
  length: number,
): number {
  if (((source | target) & 3) !== 0) {
    to.bytes.set(from.bytes.subarray(source, source + length), target);
    return addToSum(to.bytes, target, length);
  }
  const whole = length & ~7;
  let sum = swapped(copyWords(from.words, source >>> 2, to.words, target >>> 2, whole >>> 2));
  for (let i = whole; i < length; i++) {
    const octet = from.bytes[source + i]!;
    to.bytes[target + i] = octet;
    sum += i & 1 ? octet : octet << 8;
  }
  return sum;
}

/**
 * Copies an even number of words and returns their folded sum, in the order of this machine's octets
 * (RFC 1071 §2 B). Both halves of all words fit 32-bit integers.
 */
function copyWords(
  from: Uint32Array,
  source: number,
  to: Uint32Array,
  target: number,
  count: number,
): number {
  let low = 0;
  let high = 0;
  for (let i = 0; i < count; i += 2) {
    const one = from[source + i]!;
    const two = from[source + i + 1]!;
    to[target + i] = one;
    to[target + i + 1] = two;
    low = (low + (one & 0xffff) + (two & 0xffff)) | 0;
    high = (high + (one >>> 16) + (two >>> 16)) | 0;
  }
  return foldSum((low >>> 0) + (high >>> 0));
}
