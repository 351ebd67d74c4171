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

/** Rates by the names of what they limit; `undefined` lifts one. */
type Limits<L> = { readonly [Name in keyof L]: Rate | undefined };

/** Whether two rates, if they are rates, allow the same. */
export function areSameRates(one: Rate | undefined, other: Rate | undefined): boolean {
  return one?.perSecond === other?.perSecond && one?.burst === other?.burst;
}

/** Whether two sets of limits allow the same. */
export function areSameLimits<L extends Limits<L>>(some: L, others: L): boolean {
  return (Object.keys(some) as (keyof L)[]).every((name) => areSameRates(some[name], others[name]));
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

  /** A bucket with this rate, if there is one. */
  static of(rate: Rate | undefined): TokenBucket | undefined {
    return rate && new TokenBucket(rate);
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
