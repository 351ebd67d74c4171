/**
 * The array that `sendmmsg` and `recvmmsg` take: messages, each with the addresses of a peer, one
 * range of bytes and room for one control message.
 *
 *     mmsghdr[i] --- name -----> sockaddr_in[i]      peer
 *                --- iov ------> iovec[i] --------> somewhere in the data
 *                --- control --> 24 octets [i]       cmsghdr with an int
 *
 * @module
 */

import { type Endpoint, endpoint } from "../../../wire/endpoint.ts";
import type { Ipv4Address } from "../../../wire/ipv4_address.ts";
import { NativeMemory } from "../../c/native_memory.ts";
import { AF_INET } from "../kernel/kernel_numbers.ts";
import { CMSGHDR, IOVEC, MMSGHDR, SOCKADDR_IN } from "../kernel/kernel_structs.ts";

/** A control message with up to eight octets of data. */
export const CONTROL_SIZE = CMSGHDR.size + 8;

// Where things lie, in words of 32 bits. The high halves of lengths stay zero.
const WORDS_PER_MESSAGE = MMSGHDR.size / 4;
const CONTROL_LENGTH = MMSGHDR.offset.controlLength / 4;
const MESSAGE_LENGTH = MMSGHDR.offset.length / 4;
const WORDS_PER_IOVEC = IOVEC.size / 4;
const IOVEC_LENGTH = IOVEC.offset.length / 4;

/** 2^32, what the high half of an address counts. */
const HIGH = 0x1_0000_0000;

/** Messages for one system call. It owns all memory that they refer to, with that of the data. */
export class MessageVector {
  /** The array itself. */
  readonly headers: NativeMemory;
  readonly #data: NativeMemory;
  readonly #names: NativeMemory;
  readonly #ranges: NativeMemory;
  readonly #controls: NativeMemory;

  /**
   * @param count how many messages there are
   * @param data where the bytes of all of them lie
   * @param controlSize room for the control message of each, octets
   */
  constructor(count: number, data: NativeMemory, controlSize = CONTROL_SIZE) {
    this.#data = data;
    this.headers = new NativeMemory(count * MMSGHDR.size);
    this.#names = new NativeMemory(count * SOCKADDR_IN.size);
    this.#ranges = new NativeMemory(count * IOVEC.size);
    this.#controls = new NativeMemory(count * controlSize);
    for (let i = 0; i < count; i++) {
      SOCKADDR_IN.write(this.#names.bytes, i * SOCKADDR_IN.size, { family: AF_INET });
      MMSGHDR.write(this.headers.bytes, i * MMSGHDR.size, {
        name: BigInt(this.#names.address + i * SOCKADDR_IN.size),
        nameLength: SOCKADDR_IN.size,
        iov: BigInt(this.#ranges.address + i * IOVEC.size),
        iovLength: 1n,
        control: BigInt(this.#controls.address + i * controlSize),
      });
    }
  }

  /** The octets of all control messages, one after the other. */
  get controls(): Uint8Array<ArrayBuffer> {
    return this.#controls.bytes;
  }

  /** How many control octets message `i` has. */
  controlLength(i: number): number {
    return this.headers.words[i * WORDS_PER_MESSAGE + CONTROL_LENGTH]!;
  }

  setControlLength(i: number, length: number): void {
    this.headers.words[i * WORDS_PER_MESSAGE + CONTROL_LENGTH] = length;
  }

  /** How many octets of message `i` the kernel moved. */
  moved(i: number): number {
    return this.headers.words[i * WORDS_PER_MESSAGE + MESSAGE_LENGTH]!;
  }

  /** Makes message `i` the range of `length` octets that begins at `start` of the data. */
  setRange(i: number, start: number, length: number): void {
    const { words } = this.#ranges;
    const address = this.#data.address + start;
    const at = i * WORDS_PER_IOVEC;
    words[at] = address % HIGH;
    words[at + 1] = address / HIGH;
    words[at + IOVEC_LENGTH] = length;
  }

  /** The peer of message `i` as a `sockaddr_in`, for a separate call. */
  name(i: number): Uint8Array<ArrayBuffer> {
    return this.#names.bytes.subarray(i * SOCKADDR_IN.size, (i + 1) * SOCKADDR_IN.size);
  }

  /** The peer of message `i`. */
  peer(i: number): Endpoint {
    const { bytes } = this.#names;
    const at = i * SOCKADDR_IN.size;
    const address = bytes[at + 4]! * 0x100_0000 +
      ((bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!);
    return endpoint(address as Ipv4Address, (bytes[at + 2]! << 8) | bytes[at + 3]!);
  }

  setPeer(i: number, peer: number): void {
    const { bytes } = this.#names;
    const at = i * SOCKADDR_IN.size;
    const address = Math.floor(peer / 0x1_0000);
    bytes[at + 2] = peer / 0x100 & 0xff;
    bytes[at + 3] = peer & 0xff;
    bytes[at + 4] = address >>> 24;
    bytes[at + 5] = address >>> 16;
    bytes[at + 6] = address >>> 8;
    bytes[at + 7] = address;
  }
}
