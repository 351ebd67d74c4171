/**
 * How much may wait for peers that are being looked for.
 *
 * @module
 */

import { SOURCE } from "../wire/ipv6_header.ts";
import { AddressHash } from "./address_hash.ts";

/**
 * A source may have one part in so many of what all leave free. By itself it gets to a quarter of the
 * total, and several that fill their shares leave room for one that comes later, where four times a
 * fixed quarter would not.
 */
const SHARE = 3;

/** Sources are counted in so many places: a power of two. Whoever shares one shares what it may hold. */
const PLACES = 4096;

/** How much the queues of one role hold together, shared by all of them. */
export class QueueBudget {
  readonly perPeer: number;
  readonly #total: number;
  readonly #hash: AddressHash | undefined;
  /** Octets that wait, by their source's place. */
  readonly #ofSources: Float64Array | undefined;
  #used = 0;

  /**
   * @param perPeer octets that wait for one peer at most
   * @param total octets that wait for all peers together at most
   * @param seed 32 random bits, where packets come from many sources, each of which is to have its share
   */
  constructor(perPeer: number, total: number, seed?: number) {
    this.perPeer = perPeer;
    this.#total = total;
    if (seed === undefined) return;
    this.#hash = new AddressHash(seed);
    this.#ofSources = new Float64Array(PLACES);
  }

  /** How many octets wait. */
  get used(): number {
    return this.#used;
  }

  /** Takes room for a packet, if there is any for it and its source. */
  take(packet: Uint8Array): boolean {
    const used = this.#used + packet.length;
    if (used > this.#total) return false;
    if (this.#ofSources !== undefined) {
      const place = this.#placeOf(packet);
      const ofSource = this.#ofSources[place]! + packet.length;
      if (ofSource * SHARE > this.#total - used) return false;
      this.#ofSources[place] = ofSource;
    }
    this.#used = used;
    return true;
  }

  /** Gives the room for a packet back. */
  give(packet: Uint8Array): void {
    this.#used -= packet.length;
    if (this.#ofSources !== undefined) this.#ofSources[this.#placeOf(packet)]! -= packet.length;
  }

  #placeOf(packet: Uint8Array): number {
    return this.#hash!.ofSite(packet, SOURCE) & (PLACES - 1);
  }
}
