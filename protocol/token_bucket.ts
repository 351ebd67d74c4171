/**
 * Rate limits.
 *
 * @module
 */

/** A rate: so many per second in the long run, so many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket; full at first. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at = 0;

  constructor(rate: Rate) {
    this.#rate = rate;
    this.#tokens = rate.burst;
  }

  /** Takes a token at `now` (ms), if there is one. */
  take(now: number): boolean {
    const { perSecond, burst } = this.#rate;
    if (now > this.#at) {
      const gained = (now - this.#at) * perSecond / 1000;
      this.#tokens = Math.min(burst, this.#tokens + gained);
      this.#at = now;
    }
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

/**
 * A token bucket for each key (an IPv4 address or endpoint), of bounded number.
 *
 * When a new key finds the table full, the key that was used least recently is forgotten. Whoever
 * mints keys to wash his own out is still held by the limit over all that stands beside each table.
 */
export class KeyedLimiter {
  readonly #rate: Rate;
  readonly #capacity: number;
  readonly #buckets = new Map<number, TokenBucket>();

  constructor(rate: Rate, capacity = 4096) {
    this.#rate = rate;
    this.#capacity = capacity;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token of `key` at `now` (ms), if there is one. */
  take(key: number, now: number): boolean {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#capacity) this.#forgetOldest();
      bucket = new TokenBucket(this.#rate);
    } else {
      this.#buckets.delete(key);
    }
    this.#buckets.set(key, bucket);
    return bucket.take(now);
  }

  #forgetOldest(): void {
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key);
      return;
    }
  }
}
