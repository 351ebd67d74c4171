/**
 * How much can wait for peers that are being looked for.
 *
 * @module
 */

import { SOURCE } from "../../wire/ipv6_header.ts";
import type { AddressHash } from "../address_hash.ts";

/**
 * A source may use one part in this many of what all sources leave free. A single source gets to a
 * quarter of the total, and several that fill their shares still leave room for a later one, which
 * four fixed quarters would not.
 */
const SHARE = 3;

/**
 * Sources are counted in this many buckets, a power of two. Sources in one bucket share its limit.
 */
const BUCKETS = 4096;

/** How much the queues of one role hold together, shared by all of them. */
export class QueueBudget {
  readonly perPeer: number;
  readonly total: number;
  readonly #hash: AddressHash | undefined;
  /** Octets that wait, by the bucket of their source. */
  readonly #ofSources: Float64Array | undefined;
  #used = 0;

  /**
   * @param perPeer octets that wait for one peer at most
   * @param total octets that wait for all peers together at most
   * @param hash given if packets come from many sites, each of which should get its share
   */
  constructor(perPeer: number, total: number, hash?: AddressHash) {
    this.perPeer = perPeer;
    this.total = total;
    this.#hash = hash;
    if (hash === undefined) return;
    this.#ofSources = new Float64Array(BUCKETS);
  }

  /** How many octets wait. */
  get used(): number {
    return this.#used;
  }

  /** Takes `octets` of room for a packet, if there is enough for it and its source. */
  take(packet: Uint8Array, octets: number): boolean {
    const used = this.#used + octets;
    if (used > this.total) return false;
    if (this.#ofSources !== undefined) {
      const bucket = this.#bucketOf(packet, 0);
      const ofSource = this.#ofSources[bucket]! + octets;
      if (ofSource * SHARE > this.total - used) return false;
      this.#ofSources[bucket] = ofSource;
    }
    this.#used = used;
    return true;
  }

  /** Gives back `octets` of room for a packet whose header is at `offset`. */
  give(bytes: Uint8Array, offset: number, octets: number): void {
    this.#used -= octets;
    if (this.#ofSources !== undefined) this.#ofSources[this.#bucketOf(bytes, offset)]! -= octets;
  }

  #bucketOf(bytes: Uint8Array, offset: number): number {
    return this.#hash!.ofSite(bytes, offset + SOURCE) & (BUCKETS - 1);
  }
}
