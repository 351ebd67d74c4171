/**
 * A rate limit.
 *
 * @module
 */

/** A rate: how many per second in the long run, and how many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket, full at first. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at = 0;

  constructor(rate: Rate) {
    this.#rate = rate;
    this.#tokens = rate.burst;
  }

  /** Takes `count` tokens at `now` (ms), if there are so many. */
  take(now: number, count = 1): boolean {
    const { perSecond, burst } = this.#rate;
    if (now > this.#at) {
      const gained = (now - this.#at) * perSecond / 1000;
      this.#tokens = Math.min(burst, this.#tokens + gained);
      this.#at = now;
    }
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }
}
