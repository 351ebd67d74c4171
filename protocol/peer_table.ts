/**
 * The peer list of RFC 4380 §5.2: bounded, with the least recently used entry making room.
 *
 * Looked up for every packet, by an IPv6 address in place: the 16 octets are hashed to a number, and
 * entries of equal hash are chained, so that a look-up builds no key. The hash is seeded, since an
 * attacker chooses addresses.
 *
 * @module
 */

import { isSameIpv6 } from "../wire/ipv6_address.ts";
import { getU32 } from "../wire/octets.ts";
import type { Peer } from "./peer.ts";

/** An entry of a ring of nodes in the order of their use. */
interface Node<P> {
  readonly peer: P | undefined;
  readonly hash: number;
  nextOfHash: Node<P> | undefined;
  older: Node<P>;
  newer: Node<P>;
}

/** Peers by IPv6 address. */
export class PeerTable<P extends Peer> implements Iterable<P> {
  readonly #capacity: number;
  readonly #seed: number;
  readonly #byHash = new Map<number, Node<P>>();
  /** Untrusted entries make room first: a flood of them must not wash out peers in use. */
  readonly #provisional: Node<P> = newRing();
  readonly #trusted: Node<P> = newRing();
  #size = 0;

  /**
   * @param capacity how many peers are known at most
   * @param seed 32 random bits
   */
  constructor(capacity: number, seed: number) {
    this.#capacity = capacity;
    this.#seed = seed;
  }

  /** How many peers are known. */
  get size(): number {
    return this.#size;
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
    const evicted = this.#size >= this.#capacity ? this.#oldest() : undefined;
    if (evicted !== undefined) this.remove(evicted);
    const hash = this.#hash(peer.address, 0);
    const node = { peer, hash, nextOfHash: this.#byHash.get(hash) } as Node<P>;
    this.#byHash.set(hash, node);
    insert(this.#ringOf(peer), node);
    this.#size++;
    return evicted;
  }

  /** Removes a peer. */
  remove(peer: P): void {
    const node = this.#find(peer.address, 0);
    if (node === undefined) return;
    unlink(node);
    this.#unchain(node);
    this.#size--;
  }

  /** Forgets every peer. */
  clear(): void {
    for (const ring of [this.#provisional, this.#trusted]) ring.older = ring.newer = ring;
    this.#byHash.clear();
    this.#size = 0;
  }

  /** All peers, the most recently used trusted one first. */
  *[Symbol.iterator](): Iterator<P> {
    for (const ring of [this.#trusted, this.#provisional]) {
      for (let node = ring.older; node !== ring; node = node.older) yield node.peer!;
    }
  }

  #find(bytes: Uint8Array, offset: number): Node<P> | undefined {
    let node = this.#byHash.get(this.#hash(bytes, offset));
    while (node !== undefined && !isSameIpv6(bytes, offset, node.peer!.address)) {
      node = node.nextOfHash;
    }
    return node;
  }

  #touch(node: Node<P>): void {
    const ring = this.#ringOf(node.peer!);
    if (ring.older === node) return;
    unlink(node);
    insert(ring, node);
  }

  #ringOf(peer: P): Node<P> {
    return peer.isTrusted ? this.#trusted : this.#provisional;
  }

  #oldest(): P | undefined {
    return this.#provisional.newer.peer ?? this.#trusted.newer.peer;
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

  #hash(bytes: Uint8Array, offset: number): number {
    let hash = this.#seed;
    for (let i = 0; i < 16; i += 4) {
      hash = Math.imul(hash ^ getU32(bytes, offset + i), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }
}

/** A ring of no entries: `older` is its most recently used one, `newer` its least recently used. */
function newRing<P>(): Node<P> {
  const ring = { peer: undefined, hash: 0, nextOfHash: undefined } as unknown as Node<P>;
  ring.older = ring.newer = ring;
  return ring;
}

/** Puts a node in as the most recently used one. */
function insert<P>(ring: Node<P>, node: Node<P>): void {
  node.newer = ring;
  node.older = ring.older;
  ring.older.newer = node;
  ring.older = node;
}

function unlink<P>(node: Node<P>): void {
  node.older.newer = node.newer;
  node.newer.older = node.older;
}
