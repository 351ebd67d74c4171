/**
 * Memory that the kernel is told the address of.
 *
 * `Deno.UnsafePointer.of` does not keep a buffer alive: once an address stands in another structure, nothing in
 * JavaScript refers to the buffer any more, it is collected after seconds of load, and the kernel reads and
 * writes whatever lies there by then. So each block must be a field of the object that owns the structures
 * which hold its address, for as long as these are in use.
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
   * @param size Octets, a multiple of 4.
   * @param bytes So many octets to use instead of new ones, which begin on a word.
   */
  constructor(size: number, bytes: Uint8Array<ArrayBuffer> = allocate(size)) {
    this.bytes = bytes;
    this.words = new Uint32Array(bytes.buffer, bytes.byteOffset, size / 4);
    this.address = Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.bytes)));
  }
}
