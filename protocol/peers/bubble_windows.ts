/**
 * How many bubbles may go unanswered at each of many places.
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";
import type { AddressHash } from "../address_hash.ts";
import { BubbleWindow } from "./bubble_window.ts";
import { MAX_BUBBLES } from "../constants.ts";
import { FreeList } from "./free_list.ts";
import { HashIndex } from "./hash_index.ts";
import { LruLists } from "./lru_lists.ts";

/** The list of all places that have a window. */
const KNOWN = 0;

/** Numbers for each place: the place itself, and its window. */
const LENGTH = 1 + MAX_BUBBLES;

/**
 * A {@linkcode BubbleWindow} for each of the places that bubbles went to most recently.
 *
 * Nearly every window is begun for a peer that answers at once, and then forgotten. With a `Map`
 * that would make several times the garbage of everything else that happens to a peer; these are
 * numbers in one block of memory.
 */
export class BubbleWindows {
  readonly #retryAfter: number;
  readonly #numbers: Float64Array;
  readonly #free: FreeList;
  readonly #hash: AddressHash;
  readonly #byHash: HashIndex;
  readonly #byUse: LruLists;

  /**
   * @param capacity how many places are remembered at most
   * @param hash of the places
   * @param retryAfter see {@linkcode BubbleWindow.take}
   */
  constructor(capacity: number, hash: AddressHash, retryAfter = Infinity) {
    this.#retryAfter = retryAfter;
    this.#numbers = new Float64Array(capacity * LENGTH);
    this.#free = new FreeList(capacity);
    this.#hash = hash;
    this.#byHash = new HashIndex(capacity);
    this.#byUse = new LruLists(capacity, 1);
  }

  /** Counts a bubble to a place, if one may go out. */
  take(place: Endpoint, now: number): boolean {
    const known = this.#find(place);
    const index = known < 0 ? this.#begin(place) : known;
    this.#byUse.use(index, KNOWN);
    return this.#windowOf(index).take(now, this.#retryAfter);
  }

  /** An answer came from a place. */
  forget(place: Endpoint): void {
    const index = this.#find(place);
    if (index < 0) return;
    this.#byUse.remove(index);
    this.#byHash.remove(index, this.#hash.ofEndpoint(place));
    this.#free.give(index);
  }

  #find(place: Endpoint): number {
    let index = this.#byHash.first(this.#hash.ofEndpoint(place));
    while (index >= 0 && this.#placeOf(index) !== place) index = this.#byHash.next(index);
    return index;
  }

  /** A new window for a place: the least recently used one makes room. */
  #begin(place: Endpoint): number {
    let index = this.#free.take();
    if (index < 0) {
      this.forget(this.#placeOf(this.#byUse.oldest(KNOWN)!));
      index = this.#free.take();
    }
    this.#numbers[index * LENGTH] = place;
    this.#windowOf(index).reset();
    this.#byHash.add(index, this.#hash.ofEndpoint(place));
    return index;
  }

  #placeOf(index: number): Endpoint {
    return this.#numbers[index * LENGTH] as Endpoint;
  }

  #windowOf(index: number): BubbleWindow {
    return new BubbleWindow(this.#numbers, index * LENGTH + 1);
  }
}
