/**
 * Memory whose address the kernel gets.
 *
 * `Deno.UnsafePointer.of` does not keep a buffer alive: once only a structure holds the address,
 * nothing in JavaScript refers to the buffer any more. It is collected after seconds of load, and
 * the kernel reads and writes whatever lies there by then. So each block must be a field of the
 * object that owns the structures with its address, for as long as these are in use.
 *
 * @module
 */

import { allocate } from "./struct.ts";

/** One block, with its address. */
export class NativeMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory in words of 32 bits. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** Its address. A number is exact here: addresses have 48 bits. */
  readonly address: number;

  /**
   * @param size octets, a multiple of 4
   * @param bytes as many octets, which begin on a word, to use instead of new ones
   */
  constructor(size: number, bytes: Uint8Array<ArrayBuffer> = allocate(size)) {
    this.bytes = bytes;
    this.words = new Uint32Array(bytes.buffer, bytes.byteOffset, size / 4);
    this.address = Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.bytes)));
  }
}
