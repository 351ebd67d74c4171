/**
 * A rate limit for each of any number of keys, in a fixed amount of memory.
 *
 * @module
 */

import type { Rate } from "./token_bucket.ts";

/** How many buckets there are: each half of a hash selects one. */
const BUCKETS = 0x1_0000;

/**
 * A limit for each key, given as a hash that attackers can't compute; see `AddressHash`.
 *
 * Each key has two token buckets, selected by the halves of its hash, and is over its limit when
 * both are empty. Other keys share them, so a flood of made-up keys can neither make the limiter
 * forget a key, as it could with a table of the latest ones, nor cost memory or garbage. It would
 * have to empty half of all buckets to slow down a quarter of the others: with 5 a second for each
 * key, 164,000 packets a second.
 */
export class KeyedLimiter {
  readonly #rate: Rate;
  /** What is missing in each bucket, so that the zeros of new memory are full buckets. */
  readonly #missing = new Float32Array(BUCKETS);
  /** When each bucket was last filled up, in milliseconds. */
  readonly #filledAt = new Float64Array(BUCKETS);

  /** @param rate the limit of each key */
  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Counts one more for the key with this hash at `now` (ms), if its limit allows. */
  take(hash: number, now: number): boolean {
    const first = hash & (BUCKETS - 1);
    const second = hash >>> 16;
    const isAllowed = this.#takeFrom(first, now);
    return (second !== first && this.#takeFrom(second, now)) || isAllowed;
  }

  #takeFrom(bucket: number, now: number): boolean {
    const { perSecond, burst } = this.#rate;
    const filledAt = this.#filledAt[bucket]!;
    const gained = Math.max(0, now - filledAt) * perSecond / 1000;
    const missing = Math.max(0, this.#missing[bucket]! - gained);
    if (missing + 1 > burst) return false;
    this.#missing[bucket] = missing + 1;
    this.#filledAt[bucket] = Math.max(now, filledAt);
    return true;
  }
}
