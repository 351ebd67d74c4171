/**
 * Datagrams that wait to be sent, gathered into messages.
 *
 * With UDP_SEGMENT the kernel takes one long message and cuts it into datagrams of one length, the
 * last of which may be shorter. So datagrams to one destination that follow one another and are
 * equally long become one message; a shorter one ends it. Their bytes follow one another, so a
 * message is one range:
 *
 *     arena  | A 1280 | A 1280 | A 700 | B 1280 | B 1280 | A 1280 | ...
 *     message \_____ 0: to A _________/ \___ 1: to B ___/ \__ 2 __/
 *
 * Nothing here touches a socket.
 *
 * @module
 */

import { type Endpoint, MAX_DATAGRAM } from "../../../wire/endpoint.ts";

/**
 * How many datagrams a message may hold for the kernel to cut; newer kernels allow more
 * (UDP_MAX_SEGMENTS).
 */
export const MAX_SEGMENTS = 64;

/** Messages that a batch holds at most. */
export const MAX_MESSAGES = 64;

/**
 * Room for the bytes of a batch, in octets: several full messages, and few enough to stay in a
 * cache.
 */
export const ARENA_SIZE = 256 * 1024;

/** How many destinations whose datagrams must not be joined are remembered. */
const MAX_UNJOINED = 256;

/** Gathers datagrams. */
export class SendBatch {
  /** The bytes of all datagrams. */
  readonly arena: Uint8Array;
  /** How many messages there are. The arrays below hold one value for each of them. */
  count = 0;
  readonly destinations = new Float64Array(MAX_MESSAGES);
  /** Where the message begins in the arena. */
  readonly starts = new Uint32Array(MAX_MESSAGES);
  /** Its length in octets. */
  readonly lengths = new Uint32Array(MAX_MESSAGES);
  /** The length of its datagrams, except the last. */
  readonly segmentLengths = new Uint32Array(MAX_MESSAGES);
  /** How many datagrams it holds. */
  readonly datagrams = new Uint32Array(MAX_MESSAGES);
  #end = 0;
  #isJoining: boolean;
  /** The last message takes datagrams up to its segment length. */
  #isOpen = false;
  readonly #unjoined = new Set<number>();

  /**
   * @param arena where the bytes are kept, {@linkcode ARENA_SIZE} octets
   * @param isJoining whether datagrams are joined at all
   */
  constructor(arena: Uint8Array, isJoining: boolean) {
    this.arena = arena;
    this.#isJoining = isJoining;
  }

  /**
   * Adds a copy of a datagram, {@linkcode MAX_DATAGRAM} octets at most. False when there is no
   * room.
   */
  append(to: Endpoint, bytes: Uint8Array): boolean {
    const { length } = bytes;
    if (this.#end + length > this.arena.length) return false;
    const last = this.count - 1;
    if (this.#isOpen && this.destinations[last] === to && this.#fits(last, length)) {
      this.lengths[last]! += length;
      this.datagrams[last]!++;
      this.#isOpen = length === this.segmentLengths[last];
    } else if (this.count < MAX_MESSAGES) {
      this.#begin(to, length);
    } else {
      return false;
    }
    this.arena.set(bytes, this.#end);
    this.#end += length;
    return true;
  }

  /**
   * Adds a copy of datagrams that follow one another from `at` of `run`: `length` octets each, at
   * least 1 and {@linkcode MAX_DATAGRAM} at most, but the last may be shorter.
   *
   * @returns how many octets one message had room for: some whole datagrams, or 0
   */
  appendRun(to: Endpoint, run: Uint8Array, at: number, length: number): number {
    const rest = run.length - at;
    const first = Math.min(length, rest);
    const room = this.arena.length - this.#end;
    if (first > room) return 0;
    let message = this.count - 1;
    const continues = this.#isOpen && this.destinations[message] === to &&
      this.segmentLengths[message] === length && this.#fits(message, first);
    if (!continues) {
      if (this.count === MAX_MESSAGES) return 0;
      this.#begin(to, first);
      message = this.count - 1;
      this.lengths[message] = this.datagrams[message] = 0;
    }
    const datagrams = this.#isOpen ? MAX_SEGMENTS - this.datagrams[message]! : 1;
    let taken = Math.min(MAX_DATAGRAM - this.lengths[message]!, room, datagrams * length, rest);
    if (taken < rest) taken -= taken % length;
    this.lengths[message]! += taken;
    this.datagrams[message]! += Math.ceil(taken / length);
    this.#isOpen &&= taken % length === 0;
    this.arena.set(run.subarray(at, at + taken), this.#end);
    this.#end += taken;
    return taken;
  }

  /** Empties the batch. */
  clear(): void {
    this.count = 0;
    this.#end = 0;
    this.#isOpen = false;
  }

  /** Never joins datagrams again. */
  stopJoining(): void {
    this.#isJoining = false;
    this.#isOpen = false;
  }

  /** Never again joins datagrams to one destination, unless there are too many to remember. */
  stopJoiningTo(to: Endpoint): void {
    if (this.#unjoined.size >= MAX_UNJOINED) this.#unjoined.clear();
    this.#unjoined.add(to);
    this.#isOpen = false;
  }

  #begin(to: Endpoint, length: number): void {
    const message = this.count++;
    this.destinations[message] = to;
    this.starts[message] = this.#end;
    this.lengths[message] = length;
    this.segmentLengths[message] = length;
    this.datagrams[message] = 1;
    this.#isOpen = this.#isJoining && (this.#unjoined.size === 0 || !this.#unjoined.has(to));
  }

  /** An empty datagram fits nowhere: a message cannot show that it contains one. */
  #fits(message: number, length: number): boolean {
    return length > 0 && length <= this.segmentLengths[message]! &&
      this.datagrams[message]! < MAX_SEGMENTS &&
      this.lengths[message]! + length <= MAX_DATAGRAM;
  }
}
