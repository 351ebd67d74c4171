/**
 * What is known of peers in numbers: a record for each, side by side in one stretch of memory.
 *
 * As fields of objects most of these numbers would have a box each, and an address would be an array:
 * 0.8 kB a peer, and as much again for the garbage collector to move it all around. A record has 136
 * octets. They are set aside for all peers from the beginning, which costs nothing until it is written
 * to: that is when the system finds memory for it.
 *
 * @module
 */

import { IPV6_ADDRESS_LENGTH } from "../wire/ipv6_address.ts";
import { equalOctets } from "../memory/octets.ts";
import { BubbleWindow } from "./bubble_window.ts";
import { MAX_BUBBLES } from "./constants.ts";
import { FreeList } from "./free_list.ts";

/**
 * Where the fields of a record stand. All are numbers of 64 bits; the address before them is as long as
 * two, and with the first of the bubbles begins a whole {@linkcode BubbleWindow}.
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

/** How many numbers a record is long. The last one is when the last bubble went out. */
const LENGTH = Field.BUBBLES + MAX_BUBBLES;

/** Records, known by their index. */
export class PeerRecords {
  /** The records' memory as octets, for the addresses. */
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly #numbers: Float64Array<ArrayBuffer>;
  readonly #free: FreeList;

  /** @param capacity how many may be taken at a time */
  constructor(capacity: number) {
    this.#numbers = new Float64Array(capacity * LENGTH);
    this.#free = new FreeList(capacity);
    this.octets = new Uint8Array(this.#numbers.buffer);
  }

  /**
   * Takes a free record, whose numbers may be anything, for the address at `offset`.
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

  /** Where a record's address stands among the {@linkcode octets}. */
  addressAt(index: number): number {
    return index * LENGTH * Float64Array.BYTES_PER_ELEMENT;
  }

  /** Whether a record's address is the one that stands at `offset`. */
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

  /** Whether a record counts any bubble, told without an object: each packet asks. */
  hasBubbles(index: number): boolean {
    return this.#numbers[index * LENGTH + LENGTH - 1] !== -Infinity;
  }

  /** The bubbles that a record counts. */
  bubblesOf(index: number): BubbleWindow {
    return new BubbleWindow(this.#numbers, index * LENGTH + Field.BUBBLES);
  }
}
