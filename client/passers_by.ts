/**
 * Teredo clients that came while others, perhaps made up, used up the rate of new entries, or whose
 * entries made room for others. RFC 4380 §5.2.3 case 3 believes a client where its address says at
 * once, so its packets need no entry; but the host's answers must go there without a search, whose
 * bubbles a forged packet has not paid for.
 *
 * What the host sends later is not known to be an answer, but it may be one to a forged packet, so
 * strangers are remembered for longer.
 *
 * @module
 */

import type { AddressHash } from "../protocol/address_hash.ts";
import { PEER_VALIDITY } from "../protocol/constants.ts";
import { LATEST_ANSWER } from "./timing.ts";

/** How many are remembered at most, each at one of a few places that its hash selects. */
const PLACES = 0x1_0000;

/** How many places those are: a power of two. */
const CHOICE = 4;

/** What is remembered, for each place. */
interface Places {
  readonly hashes: Int32Array;
  readonly heardAt: Float64Array;
  /** 1 for strangers, 0 for peers that were established. */
  readonly strangers: Uint8Array;
}

/**
 * Remembers that clients were heard, in a fixed amount of memory. One that comes displaces the one
 * that was heard first of those whose hash selects the same places: of 50,000 made up in a second, few
 * do that before the host has answered, and of 1,000 a second hardly any within a minute.
 */
export class PassersBy {
  readonly #hash: AddressHash;
  /** Made for the first one: most clients never need them. */
  #places: Places | undefined;

  /** @param hash of addresses, which nobody else can compute */
  constructor(hash: AddressHash) {
    this.#hash = hash;
  }

  /** The client with the address at `offset` was heard where the address says. */
  hear(bytes: Uint8Array, offset: number, now: number, isStranger = true): void {
    const places = this.#places ??= {
      hashes: new Int32Array(PLACES),
      heardAt: new Float64Array(PLACES).fill(-Infinity),
      strangers: new Uint8Array(PLACES),
    };
    const hash = this.#hash.of(bytes, offset);
    const known = this.#find(hash);
    const place = known >= 0 ? known : oldestOf(places.heardAt, firstPlaceOf(hash));
    places.hashes[place] = hash;
    places.heardAt[place] = now;
    places.strangers[place] = isStranger ? 1 : 0;
  }

  /** A stranger was heard, but it is not known that data would still find it where its address says. */
  remember(bytes: Uint8Array, offset: number, heardAt: number): void {
    this.hear(bytes, offset, heardAt - PEER_VALIDITY);
  }

  /** Whether it was, so recently that data may go there (§5.2.4 case 1). */
  wasHeard(bytes: Uint8Array, offset: number, now: number): boolean {
    const place = this.#placeOf(bytes, offset);
    return place >= 0 && now - this.#places!.heardAt[place]! < PEER_VALIDITY;
  }

  /** Whether it was, and as a stranger, so recently that what the host sends may be an answer. */
  hasCalled(bytes: Uint8Array, offset: number, now: number): boolean {
    const place = this.#placeOf(bytes, offset);
    return place >= 0 && this.#places!.strangers[place] === 1 &&
      now - this.#places!.heardAt[place]! < LATEST_ANSWER;
  }

  /** Where a client is remembered; -1 if it is not. */
  #placeOf(bytes: Uint8Array, offset: number): number {
    return this.#places === undefined ? -1 : this.#find(this.#hash.of(bytes, offset));
  }

  #find(hash: number): number {
    const { hashes } = this.#places!;
    const first = firstPlaceOf(hash);
    for (let place = first; place < first + CHOICE; place++) {
      if (hashes[place] === hash) return place;
    }
    return -1;
  }

  /** Forgets all. */
  clear(): void {
    this.#places = undefined;
  }
}

/** The first of the places that a hash selects. */
function firstPlaceOf(hash: number): number {
  return hash & (PLACES - CHOICE);
}

/** The one of these places whose client was heard first. */
function oldestOf(heardAt: Float64Array, first: number): number {
  let oldest = first;
  for (let place = first + 1; place < first + CHOICE; place++) {
    if (heardAt[place]! < heardAt[oldest]!) oldest = place;
  }
  return oldest;
}
