/**
 * How many bubbles may go unanswered for each of many IPv6 addresses.
 *
 * @module
 */

import { equalOctets } from "../../memory/octets.ts";
import { IPV6_ADDRESS_LENGTH } from "../../wire/ipv6_address.ts";
import type { AddressHash } from "../address_hash.ts";
import { BubbleWindow } from "./bubble_window.ts";
import { MAX_BUBBLES } from "../constants.ts";
import { FreeList } from "./free_list.ts";
import { HashIndex } from "./hash_index.ts";
import { LruLists } from "./lru_lists.ts";

/** The list of all addresses that have a window. */
const KNOWN = 0;

/** Where the window is in the numbers of an address, behind the address itself. */
const WINDOW = IPV6_ADDRESS_LENGTH / Float64Array.BYTES_PER_ELEMENT;

/** Numbers for each address. */
const LENGTH = WINDOW + MAX_BUBBLES;

/**
 * A {@linkcode BubbleWindow} for each of the addresses that bubbles went to most recently.
 *
 * Nearly every window is begun for a peer that answers at once, and then forgotten. With a `Map`
 * that would make several times the garbage of everything else that happens to a peer; these are
 * numbers in one block of memory.
 */
export class BubbleWindows {
  readonly #retryAfter: number;
  readonly #numbers: Float64Array;
  /** The same memory as octets, for the addresses. */
  readonly #octets: Uint8Array;
  readonly #free: FreeList;
  readonly #hash: AddressHash;
  readonly #byHash: HashIndex;
  readonly #byUse: LruLists;

  /**
   * @param capacity how many addresses are remembered at most
   * @param hash of the addresses
   * @param retryAfter see {@linkcode BubbleWindow.take}
   */
  constructor(capacity: number, hash: AddressHash, retryAfter = Infinity) {
    this.#retryAfter = retryAfter;
    this.#numbers = new Float64Array(capacity * LENGTH);
    this.#octets = new Uint8Array(this.#numbers.buffer);
    this.#free = new FreeList(capacity);
    this.#hash = hash;
    this.#byHash = new HashIndex(capacity);
    this.#byUse = new LruLists(capacity, 1);
  }

  /** Counts a bubble to an address, if one may go out. */
  take(address: Uint8Array, now: number): boolean {
    const known = this.#find(address);
    const index = known < 0 ? this.#begin(address) : known;
    this.#byUse.use(index, KNOWN);
    return this.#windowOf(index).take(now, this.#retryAfter);
  }

  /** An answer came from an address. */
  forget(address: Uint8Array): void {
    const index = this.#find(address);
    if (index >= 0) this.#remove(index);
  }

  #find(address: Uint8Array): number {
    let index = this.#byHash.first(this.#hash.of(address, 0));
    while (index >= 0 && !this.#isOf(index, address)) index = this.#byHash.next(index);
    return index;
  }

  /** A new window for an address: the least recently used one makes room. */
  #begin(address: Uint8Array): number {
    let index = this.#free.take();
    if (index < 0) {
      this.#remove(this.#byUse.oldest(KNOWN)!);
      index = this.#free.take();
    }
    this.#octets.set(address, addressAt(index));
    this.#windowOf(index).reset();
    this.#byHash.add(index, this.#hash.of(address, 0));
    return index;
  }

  #remove(index: number): void {
    this.#byUse.remove(index);
    this.#byHash.remove(index, this.#hash.of(this.#octets, addressAt(index)));
    this.#free.give(index);
  }

  #isOf(index: number, address: Uint8Array): boolean {
    return equalOctets(this.#octets, addressAt(index), address, 0, IPV6_ADDRESS_LENGTH);
  }

  #windowOf(index: number): BubbleWindow {
    return new BubbleWindow(this.#numbers, index * LENGTH + WINDOW);
  }
}

/** The offset of an address in the octets. */
function addressAt(index: number): number {
  return index * LENGTH * Float64Array.BYTES_PER_ELEMENT;
}
