/**
 * A rate limit for each of any number of keys, in a fixed amount of memory.
 *
 * @module
 */

import type { Rate } from "./token_bucket.ts";

/** How many buckets there are: each half of a hash selects one. */
const BUCKETS = 0x1_0000;

/** How many of them lie together. */
const PAGE = 1024;

/** The state of some buckets. */
class Page {
  /** What is missing in each, so that the zeros of new memory are full buckets. */
  readonly missing = new Float32Array(PAGE);
  /** When each was last filled up, in milliseconds. */
  readonly filledAt = new Float64Array(PAGE);
}

/**
 * A limit for each key, given as a hash that attackers can't compute; see `AddressHash`.
 *
 * Each key has two token buckets, selected by the halves of its hash, and is over its limit when
 * both are empty. Other keys share them, so a flood of made-up keys can neither make the limiter
 * forget a key, as it could with a table of the latest ones, nor cost memory or garbage. It would
 * have to empty half of all buckets to slow down a quarter of the others: with 5,000 a second for
 * each key, 164 million packets a second.
 */
export class KeyedLimiter {
  readonly #rate: Rate;
  /**
   * Each is made for the first key that needs it. To make all of them takes half a millisecond, and
   * the first packet would wait for that; many limits are never needed.
   */
  readonly #pages: (Page | undefined)[] = new Array(BUCKETS / PAGE);

  /** @param rate the limit of each key */
  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** A limit with this rate, if there is one. */
  static of(rate: Rate | undefined): KeyedLimiter | undefined {
    return rate && new KeyedLimiter(rate);
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
    const { missing, filledAt } = this.#pages[Math.floor(bucket / PAGE)] ??= new Page();
    const index = bucket % PAGE;
    const lastFilledAt = filledAt[index]!;
    const gained = Math.max(0, now - lastFilledAt) * perSecond / 1000;
    const lacking = Math.max(0, missing[index]! - gained);
    if (lacking + 1 > burst) return false;
    missing[index] = lacking + 1;
    filledAt[index] = Math.max(now, lastFilledAt);
    return true;
  }
}
