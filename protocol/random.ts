/**
 * Randomness for the machines: it is handed in, so that tests replay from a seed.
 *
 * @module
 */

import { getU32 } from "../memory/octets.ts";

/**
 * Fills an array with random octets. In production `crypto.getRandomValues`: flags, nonces and
 * echo data must be unpredictable (RFC 5991 §4, RFC 4380 §5.2.2, §5.2.9).
 */
export type Random = (bytes: Uint8Array<ArrayBuffer>) => void;

/** `length` random octets. */
export function randomBytes(random: Random, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  random(bytes);
  return bytes;
}

/** A number drawn uniformly from `low` (inclusive) to `high` (exclusive). */
export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * getU32(randomBytes(random, 4), 0) / 0x1_0000_0000;
}
