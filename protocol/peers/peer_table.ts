/**
 * The peer list of RFC 4380 §5.2: bounded, with the least recently used entries making room, those
 * of strangers first, and then those of peers that came unasked.
 *
 * Every packet is looked up here, by an IPv6 address in place: its 16 octets are hashed to a
 * number, so that a look-up builds no key. The hash is seeded because attackers choose addresses.
 *
 * @module
 */

import type { AddressHash } from "../address_hash.ts";
import { PEER_LIFETIME } from "../constants.ts";
import { HashIndex } from "./hash_index.ts";
import type { Peer } from "./peer.ts";
import { PeerRecords } from "./peer_records.ts";
import { LruLists } from "./lru_lists.ts";

/**
 * A full table removes strangers first once they hold this share of it (one in this many), then
 * callers once they hold as much, and chosen peers before that: a flood takes no more than the share
 * from peers in use, and peers long unused make room for new ones.
 */
const SHARE = 4;

/**
 * The lists of peers, each in order of use: those that anyone can have made up, those that came
 * unasked and proved themselves, and those that the role turned to.
 */
const STRANGERS = 0;
const CALLERS = 1;
const CHOSEN = 2;
const LISTS = 3;

/** The entries of a role: a {@linkcode Peer}, or what extends it. */
export type PeerEntry<P extends Peer> = new (
  records: PeerRecords,
  bytes: Uint8Array,
  offset: number,
  now: number,
) => P;

/** Peers by IPv6 address. */
export class PeerTable<P extends Peer> implements Iterable<P> {
  readonly #capacity: number;
  readonly #maxStrangers: number;
  readonly #Entry: PeerEntry<P>;
  readonly #records: PeerRecords;
  readonly #hash: AddressHash;
  readonly #byHash: HashIndex;
  readonly #byUse: LruLists;
  /** The peers by the index of their record. */
  readonly #peers: (P | undefined)[] = [];

  /**
   * @param Entry what is kept of a peer
   * @param capacity how many peers are known at most; about 160 octets are reserved for each
   * @param hash of the peers' addresses
   * @param maxStrangers how many of them may be strangers at a time
   */
  constructor(
    Entry: PeerEntry<P>,
    capacity: number,
    hash: AddressHash,
    maxStrangers = capacity,
  ) {
    this.#capacity = capacity;
    this.#maxStrangers = maxStrangers;
    this.#Entry = Entry;
    this.#records = new PeerRecords(capacity);
    this.#hash = hash;
    this.#byHash = new HashIndex(capacity);
    this.#byUse = new LruLists(capacity, LISTS);
  }

  /** How many peers are known. */
  get size(): number {
    const lists = this.#byUse;
    return lists.sizeOf(STRANGERS) + lists.sizeOf(CALLERS) + lists.sizeOf(CHOSEN);
  }

  /** The peer with the address at `offset`, if it is known. */
  find(bytes: Uint8Array, offset = 0): P | undefined {
    let index = this.#byHash.first(this.#hash.of(bytes, offset));
    while (index >= 0 && !this.#records.isOf(index, bytes, offset)) {
      index = this.#byHash.next(index);
    }
    return index < 0 ? undefined : this.#peers[index];
  }

  /** Finds a peer and makes it the most recently used one. */
  use(bytes: Uint8Array, offset = 0): P | undefined {
    const peer = this.find(bytes, offset);
    if (peer !== undefined) this.#byUse.use(peer.index, listOf(peer));
    return peer;
  }

  /** The peer whose record has this index, if there is one. */
  at(index: number): P | undefined {
    return this.#peers[index];
  }

  /** The peer to remove before another is added; `undefined` while there is room. */
  get expendable(): P | undefined {
    const isFull = this.size >= this.#capacity;
    if (!isFull && this.#byUse.sizeOf(STRANGERS) < this.#maxStrangers) return undefined;
    const stranger = this.#oldestOf(STRANGERS);
    const strangers = this.#byUse.sizeOf(STRANGERS);
    // Some turned out not to be strangers any more, which may have made room.
    if (!isFull && strangers < this.#maxStrangers) return undefined;
    if (strangers >= this.#maxStrangers || strangers * SHARE >= this.#capacity) return stranger;
    const caller = this.#oldestOf(CALLERS);
    if (this.#byUse.sizeOf(CALLERS) * SHARE >= this.#capacity) return caller;
    return this.#oldest(CHOSEN) ?? caller ?? stranger;
  }

  /** A peer that has been silent for long, if one of the least recently used ones has. */
  longSilent(now: number): P | undefined {
    for (let list = STRANGERS; list < LISTS; list++) {
      const peer = this.#oldest(list);
      if (peer !== undefined && peer.silentFor(now) >= PEER_LIFETIME) return peer;
    }
    return undefined;
  }

  /** A peer counts as used, so that it does not stand before others that have long been silent. */
  spare(peer: P): void {
    this.#byUse.use(peer.index, listOf(peer));
  }

  /**
   * Adds a peer that is not known yet; its entry begins at `now`.
   *
   * @throws {RangeError} without room
   */
  add(bytes: Uint8Array, offset: number, now: number): P {
    const peer = new this.#Entry(this.#records, bytes, offset, now);
    this.#peers[peer.index] = peer;
    this.#byHash.add(peer.index, this.#hash.of(bytes, offset));
    this.#byUse.use(peer.index, listOf(peer));
    return peer;
  }

  /** Removes a peer, if it is in the table. */
  remove(peer: P): void {
    const { index } = peer;
    if (this.#peers[index] !== peer) return;
    this.#byUse.remove(index);
    this.#byHash.remove(index, this.#hash.of(this.#records.octets, this.#records.addressAt(index)));
    this.#peers[index] = undefined;
    peer.leave();
  }

  /** All peers: chosen ones first, and of these the most recently used one. */
  *[Symbol.iterator](): Iterator<P> {
    for (const list of [CHOSEN, CALLERS, STRANGERS]) {
      for (const index of this.#byUse.of(list)) yield this.#peers[index]!;
    }
  }

  /** The least recently used peer of a list. One that has risen since its last use leaves it here. */
  #oldestOf(list: number): P | undefined {
    let oldest = this.#oldest(list);
    while (oldest !== undefined && listOf(oldest) > list) {
      this.#byUse.use(oldest.index, listOf(oldest));
      oldest = this.#oldest(list);
    }
    return oldest;
  }

  #oldest(list: number): P | undefined {
    const index = this.#byUse.oldest(list);
    return index === undefined ? undefined : this.#peers[index];
  }
}

function listOf(peer: Peer): number {
  if (!peer.isEstablished) return STRANGERS;
  return peer.isChosen ? CHOSEN : CALLERS;
}
