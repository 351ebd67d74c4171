/**
 * A limit for each of many.
 *
 * @module
 */

import { type Rate, TokenBucket } from "./token_bucket.ts";

/** What a {@linkcode KeyedLimiter} keeps for each key. */
export interface Limit {
  /** Counts one more at `now` (ms), if the limit allows. */
  take(now: number): boolean;
}

/**
 * A limit for each key (an IPv4 address or endpoint), of bounded number.
 *
 * When a new key finds the table full, the key that was used least recently is forgotten. Whoever
 * mints keys to wash his own out is still held by the limit over all that stands beside each table.
 */
export class KeyedLimiter {
  readonly #newLimit: () => Limit;
  readonly #capacity: number;
  readonly #limits = new Map<number, Limit>();

  /**
   * @param limit the rate of each key, or what makes a limit of another kind
   * @param capacity how many keys are remembered at most
   */
  constructor(limit: Rate | (() => Limit), capacity = 4096) {
    this.#newLimit = typeof limit === "function" ? limit : () => new TokenBucket(limit);
    this.#capacity = capacity;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#limits.size;
  }

  /** Counts one more of `key` at `now` (ms), if its limit allows. */
  take(key: number, now: number): boolean {
    let limit = this.#limits.get(key);
    if (limit === undefined) {
      if (this.#limits.size >= this.#capacity) this.#forgetOldest();
      limit = this.#newLimit();
    } else {
      this.#limits.delete(key);
    }
    this.#limits.set(key, limit);
    return limit.take(now);
  }

  /** Starts anew with `key`. */
  forget(key: number): void {
    this.#limits.delete(key);
  }

  #forgetOldest(): void {
    for (const key of this.#limits.keys()) {
      this.#limits.delete(key);
      return;
    }
  }
}
