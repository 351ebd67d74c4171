/**
 * The peer list of RFC 4380 §5.2: bounded, with the least recently used entries making room, untrusted
 * ones first.
 *
 * Looked up for every packet, by an IPv6 address in place: the 16 octets are hashed to a number, and
 * entries of equal hash are chained, so that a look-up builds no key. The hash is seeded, since an
 * attacker chooses addresses.
 *
 * @module
 */

import { isSameIpv6 } from "../wire/ipv6_address.ts";
import { AddressHash } from "./address_hash.ts";
import type { Peer } from "./peer.ts";

/**
 * A full table parts with untrusted peers first once they hold this share of it (one in so many), and
 * with trusted ones before: a flood takes no more than the share from peers in use, and peers long out
 * of use leave it to new ones.
 */
const UNTRUSTED_SHARE = 4;

/** An entry of a ring of nodes in the order of their use. */
interface Node<P> {
  readonly peer: P;
  readonly hash: number;
  nextOfHash: Node<P> | undefined;
  ring: Ring<P>;
  older: Node<P>;
  newer: Node<P>;
}

/** Peers by IPv6 address. */
export class PeerTable<P extends Peer> implements Iterable<P> {
  readonly #capacity: number;
  readonly #hash: AddressHash;
  readonly #byHash = new Map<number, Node<P>>();
  readonly #untrusted = new Ring<P>();
  readonly #trusted = new Ring<P>();

  /**
   * @param capacity how many peers are known at most
   * @param seed 32 random bits
   */
  constructor(capacity: number, seed: number) {
    this.#capacity = capacity;
    this.#hash = new AddressHash(seed);
  }

  /** How many peers are known. */
  get size(): number {
    return this.#untrusted.size + this.#trusted.size;
  }

  /** The peer whose address stands at `offset`, if it is known. */
  find(bytes: Uint8Array, offset = 0): P | undefined {
    return this.#find(bytes, offset)?.peer;
  }

  /** Finds a peer and makes it the most recently used one. */
  use(bytes: Uint8Array, offset = 0): P | undefined {
    const node = this.#find(bytes, offset);
    if (node === undefined) return undefined;
    this.#touch(node);
    return node.peer;
  }

  /**
   * Adds a peer that is not known yet.
   *
   * @returns the peer that had to make room, if any
   */
  add(peer: P): P | undefined {
    const evicted = this.size >= this.#capacity ? this.#expendable() : undefined;
    if (evicted !== undefined) this.remove(evicted);
    const hash = this.#hash.of(peer.address, 0);
    const node = { peer, hash, nextOfHash: this.#byHash.get(hash) } as Node<P>;
    this.#byHash.set(hash, node);
    this.#ringOf(peer).add(node);
    return evicted;
  }

  /** Removes a peer. */
  remove(peer: P): void {
    const node = this.#find(peer.address, 0);
    if (node === undefined) return;
    node.ring.remove(node);
    this.#unchain(node);
  }

  /** Forgets every peer. */
  clear(): void {
    this.#untrusted.clear();
    this.#trusted.clear();
    this.#byHash.clear();
  }

  /** All peers, the most recently used trusted one first. */
  *[Symbol.iterator](): Iterator<P> {
    yield* this.#trusted;
    yield* this.#untrusted;
  }

  #find(bytes: Uint8Array, offset: number): Node<P> | undefined {
    let node = this.#byHash.get(this.#hash.of(bytes, offset));
    while (node !== undefined && !isSameIpv6(bytes, offset, node.peer.address)) {
      node = node.nextOfHash;
    }
    return node;
  }

  #touch(node: Node<P>): void {
    const ring = this.#ringOf(node.peer);
    if (ring.newest === node) return;
    node.ring.remove(node);
    ring.add(node);
  }

  #ringOf(peer: P): Ring<P> {
    return peer.isTrusted ? this.#trusted : this.#untrusted;
  }

  /** The peer to part with. One that became trusted since its last use changes its ring here. */
  #expendable(): P | undefined {
    let oldest = this.#untrusted.oldest;
    while (oldest?.peer.isTrusted) {
      this.#touch(oldest);
      oldest = this.#untrusted.oldest;
    }
    const isFlooded = this.#untrusted.size * UNTRUSTED_SHARE >= this.#capacity;
    return (isFlooded ? oldest : this.#trusted.oldest ?? oldest)?.peer;
  }

  #unchain(node: Node<P>): void {
    const first = this.#byHash.get(node.hash);
    if (first === node) {
      if (node.nextOfHash === undefined) this.#byHash.delete(node.hash);
      else this.#byHash.set(node.hash, node.nextOfHash);
      return;
    }
    let before = first;
    while (before !== undefined && before.nextOfHash !== node) before = before.nextOfHash;
    if (before !== undefined) before.nextOfHash = node.nextOfHash;
  }
}

/** Nodes in the order of their use: a ring that is closed by a node of no peer. */
class Ring<P> implements Iterable<P> {
  readonly #end = {} as Node<P>;
  #size = 0;

  constructor() {
    this.clear();
  }

  get size(): number {
    return this.#size;
  }

  /** The most recently used node. */
  get newest(): Node<P> | undefined {
    return this.#size === 0 ? undefined : this.#end.older;
  }

  /** The least recently used node. */
  get oldest(): Node<P> | undefined {
    return this.#size === 0 ? undefined : this.#end.newer;
  }

  /** Puts a node in as the most recently used one. */
  add(node: Node<P>): void {
    node.ring = this;
    node.newer = this.#end;
    node.older = this.#end.older;
    node.older.newer = node;
    this.#end.older = node;
    this.#size++;
  }

  remove(node: Node<P>): void {
    node.older.newer = node.newer;
    node.newer.older = node.older;
    this.#size--;
  }

  clear(): void {
    this.#end.older = this.#end.newer = this.#end;
    this.#size = 0;
  }

  /** The peers, the most recently used one first. */
  *[Symbol.iterator](): Iterator<P> {
    for (let node = this.#end.older; node !== this.#end; node = node.older) yield node.peer;
  }
}
