/**
 * The numbers known of each peer: records side by side in one block of memory.
 *
 * As fields of objects, most of these numbers would be boxed and an address would be an array: 0.8
 * kB a peer, and as much again for the garbage collector to move it around. A record has 136
 * octets. The block is allocated for all peers at the start, which costs nothing until it is
 * written to: only then does the system find memory for it.
 *
 * @module
 */

import { IPV6_ADDRESS_LENGTH } from "../../wire/ipv6_address.ts";
import { equalOctets } from "../../memory/octets.ts";
import { BubbleWindow } from "./bubble_window.ts";
import { MAX_BUBBLES } from "../constants.ts";
import { FreeList } from "./free_list.ts";

/**
 * Where the fields of a record are. All are 64-bit numbers; the address before them takes the room
 * of two, and a whole {@linkcode BubbleWindow} begins at the first of the bubbles.
 */
export const Field = {
  TRUSTED: 2,
  MAPPING: 3,
  LAST_RECEPTION: 4,
  LAST_TRANSMISSION: 5,
  UNANSWERED_SINCE: 6,
  OCTETS_SENT: 7,
  OCTETS_RECEIVED: 8,
  ATTEMPTS: 9,
  NONCE_SENT: 10,
  NONCE_SENT_AT: 11,
  NONCE_RECEIVED: 12,
  BUBBLES: 13,
} as const;

/** One of the fields. */
export type Field = typeof Field[keyof typeof Field];

/** The length of a record in numbers. The last one is the time of the last bubble. */
const LENGTH = Field.BUBBLES + MAX_BUBBLES;

/** Records, identified by their index. */
export class PeerRecords {
  /** The memory of the records as octets, for the addresses. */
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly #numbers: Float64Array<ArrayBuffer>;
  readonly #free: FreeList;

  /** @param capacity how many can be in use at a time */
  constructor(capacity: number) {
    this.#numbers = new Float64Array(capacity * LENGTH);
    this.#free = new FreeList(capacity);
    this.octets = new Uint8Array(this.#numbers.buffer);
  }

  /**
   * Takes a free record for the address at `offset`. Its numbers are arbitrary.
   *
   * @throws {RangeError} if all are taken
   */
  take(bytes: Uint8Array, offset: number): number {
    const index = this.#free.take();
    if (index < 0) throw new RangeError("All records are taken");
    const at = this.addressAt(index);
    for (let i = 0; i < IPV6_ADDRESS_LENGTH; i++) this.octets[at + i] = bytes[offset + i]!;
    return index;
  }

  /** Frees a record. */
  give(index: number): void {
    this.#free.give(index);
  }

  /** The offset of a record's address in the {@linkcode octets}. */
  addressAt(index: number): number {
    return index * LENGTH * Float64Array.BYTES_PER_ELEMENT;
  }

  /** Whether a record is for the address at `offset`. */
  isOf(index: number, bytes: Uint8Array, offset: number): boolean {
    return equalOctets(this.octets, this.addressAt(index), bytes, offset, IPV6_ADDRESS_LENGTH);
  }

  /** A number of a record. */
  get(index: number, field: Field): number {
    return this.#numbers[index * LENGTH + field]!;
  }

  /** Changes a number of a record. */
  set(index: number, field: Field, value: number): void {
    this.#numbers[index * LENGTH + field] = value;
  }

  /**
   * When the last bubble that a record counts went out; `-Infinity` without any. It makes no object,
   * because every packet asks.
   */
  lastBubbleOf(index: number): number {
    return this.#numbers[index * LENGTH + LENGTH - 1]!;
  }

  /** The bubbles that a record counts. */
  bubblesOf(index: number): BubbleWindow {
    return new BubbleWindow(this.#numbers, index * LENGTH + Field.BUBBLES);
  }
}
