/**
 * A rate limit for each of many IPv4 addresses.
 *
 * @module
 */

import { type Rate, TokenBucket } from "../protocol/token_bucket.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";

/**
 * A token bucket for each address, of bounded number.
 *
 * There are two generations of buckets. When the younger one is full it becomes the older one, which
 * is forgotten; an address in use is carried over. So it takes half the capacity in other addresses to
 * forget one, and whoever spoofs that many is held by the limit over all that stands beside.
 *
 * The exact order of use in one `Map` would be shorter to write, and cost a flood's victim dearly: a
 * full `Map` that deletes with every insertion is rehashed for each, 27 µs a packet for 16,384 addresses
 * where this takes less than one.
 */
export class AddressLimiter {
  readonly #rate: Rate;
  readonly #generation: number;
  #young = new Map<Ipv4Address, TokenBucket>();
  #old = new Map<Ipv4Address, TokenBucket>();

  /**
   * @param rate the rate of each address
   * @param capacity how many addresses are remembered at most; at least two
   */
  constructor(rate: Rate, capacity: number) {
    this.#rate = rate;
    this.#generation = capacity >>> 1;
  }

  /** How many buckets there are; an address that was carried over lately counts twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Takes a token of `address` at `now` (ms), if there is one. */
  take(address: Ipv4Address, now: number): boolean {
    const bucket = this.#young.get(address) ?? this.#carryOver(address);
    return bucket.take(now);
  }

  #carryOver(address: Ipv4Address): TokenBucket {
    const bucket = this.#old.get(address) ?? new TokenBucket(this.#rate);
    if (this.#young.size >= this.#generation) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(address, bucket);
    return bucket;
  }
}
