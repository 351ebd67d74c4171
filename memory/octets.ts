/**
 * Reading and writing big-endian integers in place.
 *
 * A `DataView` for each packet would be an allocation for each packet; these functions work on the
 * array itself and are inlined. They check no length: codecs check once, then read freely.
 *
 * @module
 */

/** The big-endian 16-bit integer at `offset`. */
export function getU16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

/** The big-endian unsigned 32-bit integer at `offset`. */
export function getU32(bytes: Uint8Array, offset: number): number {
  return (
    (bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) |
    bytes[offset + 3]!
  ) >>> 0;
}

/** Writes `value` as a big-endian 16-bit integer at `offset`. */
export function setU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

/** Writes `value` as a big-endian 32-bit integer at `offset`. */
export function setU32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

/** Whether `length` octets of `a` from `aOffset` equal those of `b` from `bOffset`. */
export function equalOctets(
  a: Uint8Array,
  aOffset: number,
  b: Uint8Array,
  bOffset: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) {
    if (a[aOffset + i] !== b[bOffset + i]) return false;
  }
  return true;
}

/** Whether two arrays hold the same octets. */
export function equalArrays(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && equalOctets(one, 0, other, 0, one.length);
}

/**
 * No octets. Empty parts are common in packets, and making a view costs more than reading most of
 * them.
 */
export const NO_OCTETS: Uint8Array = new Uint8Array(0);

/** A view of the octets from `start` to `end`. */
export function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return start === end ? NO_OCTETS : bytes.subarray(start, end);
}

/** The parts one after the other, in a new array. */
export function concatOctets(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
