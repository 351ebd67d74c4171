/**
 * Teredo clients that came while others, perhaps made up, used up the rate of new entries, or whose
 * entries made room for others. RFC 4380 §5.2.3 case 3 believes a client where its address says at
 * once, so its packets need no entry; but the host's answers must go there without a search, whose
 * bubbles a forged packet has not paid for.
 *
 * @module
 */

import type { AddressHash } from "../protocol/address_hash.ts";
import { PEER_VALIDITY } from "../protocol/constants.ts";

/** How many are remembered at most, each at a place that its hash selects. */
const PLACES = 0x1_0000;

/**
 * Remembers that clients were heard, in a fixed amount of memory. One that comes displaces another
 * whose hash selects the same place: of 50,000 made up in a second, few do that before the host has
 * answered.
 */
export class PassersBy {
  readonly #hash: AddressHash;
  /** Made for the first one: most clients never need them. */
  #places: { readonly hashes: Int32Array; readonly heardAt: Float64Array } | undefined;

  /** @param hash of addresses, which nobody else can compute */
  constructor(hash: AddressHash) {
    this.#hash = hash;
  }

  /** The client with the address at `offset` was heard where the address says. */
  hear(bytes: Uint8Array, offset: number, now: number): void {
    const places = this.#places ??= {
      hashes: new Int32Array(PLACES),
      heardAt: new Float64Array(PLACES).fill(-Infinity),
    };
    const hash = this.#hash.of(bytes, offset);
    const place = hash & (PLACES - 1);
    places.hashes[place] = hash;
    places.heardAt[place] = now;
  }

  /** Whether it was, so recently that data may go there (§5.2.4 case 1). */
  wasHeard(bytes: Uint8Array, offset: number, now: number): boolean {
    if (this.#places === undefined) return false;
    const { hashes, heardAt } = this.#places;
    const hash = this.#hash.of(bytes, offset);
    const place = hash & (PLACES - 1);
    return hashes[place] === hash && now - heardAt[place]! < PEER_VALIDITY;
  }

  /** Forgets all. */
  clear(): void {
    this.#places = undefined;
  }
}
