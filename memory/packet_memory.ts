/**
 * Memory for packets in bulk: arrays of it are summed and copied by WebAssembly, with the processor's vector
 * instructions. That takes a quarter of the time of the same loop in JavaScript.
 *
 * Where there is no WebAssembly (`--jitless`), or no room left, the arrays are ordinary ones, and everything works
 * the same, only slower.
 *
 * @module
 */

import { PACKET_MEMORY_WASM } from "./packet_memory_wasm.ts";

/** What `packet_memory.wat` exports. */
interface Instance {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly sum: (from: number, length: number) => number;
  readonly copyAndSum: (to: number, from: number, length: number) => number;
  readonly isSameUnder: (mask: number, a: number, b: number, length: number) => number;
}

/** Arrays begin on lines of the processor's caches. */
const ALIGNMENT = 64;

let instance: Instance | undefined;
let isTried = false;
/** Its memory, for a quick look at whose an array is. */
let buffer: ArrayBufferLike | undefined;
/** Where the next array goes that none given back fits. */
let end = 0;
/** Where arrays were given back, by their length. */
const free = new Map<number, number[]>();

/**
 * An array of `length` octets, which hold anything: what is used again is left as it was. Who needs it no longer had
 * better {@linkcode giveBack} it.
 */
export function packetMemory(length: number): Uint8Array<ArrayBuffer> {
  const memory = load()?.memory.buffer;
  if (memory === undefined) return new Uint8Array(length);
  const again = free.get(length)?.pop();
  if (again !== undefined) return new Uint8Array(memory, again, length);
  if (end + length > memory.byteLength) return new Uint8Array(length);
  const array = new Uint8Array(memory, end, length);
  end += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  return array;
}

/** Returns an array of {@linkcode packetMemory}, once, for others to use. Nobody may look at it afterwards. */
export function giveBack(array: Uint8Array): void {
  if (!isPacketMemory(array)) return;
  const places = free.get(array.length);
  if (places?.includes(array.byteOffset)) throw new RangeError("This memory was given back before");
  if (places === undefined) free.set(array.length, [array.byteOffset]);
  else places.push(array.byteOffset);
}

/**
 * Whether an array is of packet memory, and {@linkcode vectorSum} and the others take it. To ask takes as long as to sum
 * some hundred octets.
 */
export function isPacketMemory(array: Uint8Array): boolean {
  return array.buffer === buffer;
}

/**
 * The folded sum of `length` octets from `offset` of packet memory as big-endian 16-bit words; an odd last octet
 * counts as the upper half of a word (RFC 1071).
 */
export function vectorSum(array: Uint8Array, offset: number, length: number): number {
  return instance!.sum(array.byteOffset + offset, length);
}

/** The same, and copies the octets to `toOffset` of another array of packet memory. The two do not overlap. */
export function vectorCopyAndSum(
  to: Uint8Array,
  toOffset: number,
  from: Uint8Array,
  offset: number,
  length: number,
): number {
  return instance!.copyAndSum(to.byteOffset + toOffset, from.byteOffset + offset, length);
}

/**
 * Whether `length` octets of packet memory, from `offset` of `a` and from the beginning of `b`, 16 at least, have the
 * same bits wherever `mask` has ones.
 */
export function isSameUnder(
  mask: Uint8Array,
  a: Uint8Array,
  offset: number,
  b: Uint8Array,
  length: number,
): boolean {
  return instance!.isSameUnder(mask.byteOffset, a.byteOffset + offset, b.byteOffset, length) === 1;
}

/** Makes the instance when it is first asked for: not every program carries packets. */
function load(): Instance | undefined {
  if (isTried) return instance;
  isTried = true;
  try {
    const module = new WebAssembly.Module(
      Uint8Array.fromHex(PACKET_MEMORY_WASM.replaceAll("\n", "")),
    );
    instance = new WebAssembly.Instance(module).exports as unknown as Instance;
    buffer = instance.memory.buffer;
  } catch {
    // Without WebAssembly or its vectors; or address space for it is refused.
  }
  return instance;
}
