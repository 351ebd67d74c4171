/**
 * The memory of packets that wait for peers.
 *
 * In an array each, waiting packets would take three objects apiece and an allocation outside
 * the heap. A flood of packets to made-up clients makes tens of thousands of them a second, which
 * live just long enough to be moved to the part of the heap that is cleaned least often.
 *
 * @module
 */

import { FreeList } from "./free_list.ts";
import type { QueueBudget } from "./queue_budget.ts";

/** Octets in a block. The first block of a packet holds the whole IPv6 header. */
const BLOCK = 128;

/**
 * A packet counts as this many octets at least, so that short ones do not use up the blocks while
 * the budget still promises room to others: a packet takes no more than one block for each of these.
 */
const LEAST = BLOCK / 2;

/** No packet, and no further block. */
export const NONE = -1;

/**
 * Packets in chains of blocks, all in one piece of memory. It is allocated at the start, which costs
 * nothing until it is written to. A packet is known by the number of its first block.
 */
export class PacketStore {
  readonly budget: QueueBudget;
  readonly #octets: Uint8Array<ArrayBuffer>;
  readonly #free: FreeList;
  /** The next block of the same packet, by block. */
  readonly #nextBlock: Int32Array;
  /** The next packet of the same queue, by first block. */
  readonly #nextPacket: Int32Array;
  /** The length of a packet in octets, by first block. */
  readonly #lengths: Int32Array;

  /** @param budget how many octets may wait */
  constructor(budget: QueueBudget) {
    this.budget = budget;
    const blocks = Math.floor(budget.total / LEAST);
    this.#octets = new Uint8Array(blocks * BLOCK);
    this.#free = new FreeList(blocks);
    this.#nextBlock = new Int32Array(blocks);
    this.#nextPacket = new Int32Array(blocks);
    this.#lengths = new Int32Array(blocks);
  }

  /** Keeps a copy of a packet, or returns {@linkcode NONE} if there is no room for it. */
  keep(packet: Uint8Array): number {
    return this.budget.take(packet, costOf(packet.length)) ? this.#fill(packet) : NONE;
  }

  /** Puts a packet behind another one in a queue. */
  link(before: number, packet: number): void {
    this.#nextPacket[before] = packet;
  }

  /** The packet behind this one, or {@linkcode NONE}. */
  after(packet: number): number {
    return this.#nextPacket[packet]!;
  }

  /** A copy of a packet. */
  copyOf(packet: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(this.#lengths[packet]!);
    let block = packet;
    for (let at = 0; at < copy.length; at += BLOCK) {
      const from = block * BLOCK;
      copy.set(this.#octets.subarray(from, from + Math.min(BLOCK, copy.length - at)), at);
      block = this.#nextBlock[block]!;
    }
    return copy;
  }

  /** Gives the room of a packet back. */
  discard(packet: number): void {
    this.budget.give(this.#octets, packet * BLOCK, costOf(this.#lengths[packet]!));
    for (let block = packet; block !== NONE;) {
      const next = this.#nextBlock[block]!;
      this.#free.give(block);
      block = next;
    }
  }

  /** Writes a packet into free blocks, which its budget has, and returns the first. */
  #fill(packet: Uint8Array): number {
    let first: number = NONE;
    // From the end, so that the next block is always known.
    for (let at = lastBlockOf(packet.length); at >= 0; at -= BLOCK) {
      const block = this.#free.take();
      this.#octets.set(packet.subarray(at, at + BLOCK), block * BLOCK);
      this.#nextBlock[block] = first;
      first = block;
    }
    this.#nextPacket[first] = NONE;
    this.#lengths[first] = packet.length;
    return first;
  }
}

/** What a packet takes from the budget, octets. */
function costOf(length: number): number {
  return Math.max(LEAST, length);
}

/** Where the last block of a packet begins; an empty packet takes one as well. */
function lastBlockOf(length: number): number {
  return Math.max(0, Math.ceil(length / BLOCK) - 1) * BLOCK;
}
