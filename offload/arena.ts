/**
 * Memory that is looked at in octets and in words.
 *
 * @module
 */

/** A stretch of memory, seen as octets and as aligned 32-bit words. */
export class Arena {
  readonly bytes: Uint8Array;
  /** The same memory; one to three octets at its end may be left out. */
  readonly words: Uint32Array;

  /** @param buffer the memory, or how many octets of it to allocate */
  constructor(buffer: ArrayBufferLike | number) {
    const memory = typeof buffer === "number" ? new ArrayBuffer(buffer) : buffer;
    this.bytes = new Uint8Array(memory);
    this.words = new Uint32Array(memory, 0, memory.byteLength >>> 2);
  }
}
