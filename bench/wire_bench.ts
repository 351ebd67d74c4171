/**
 * Ways to sum 16-bit words, the hot loop of every checksum: `deno bench bench/wire_bench.ts`.
 *
 * @module
 */

import { addToSum, foldSum } from "../wire/checksum.ts";

/** A way to sum: the folded sum of `length` octets from `offset`. */
type Sum = (bytes: Uint8Array, offset: number, length: number) => number;

/** Octet by octet, as RFC 1071 §4.1 writes it down. */
function octets(bytes: Uint8Array, offset: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += i & 1 ? bytes[offset + i]! : bytes[offset + i]! << 8;
  return foldSum(sum);
}

/** High and low octets apart, eight octets at a time. */
function unrolled(bytes: Uint8Array, offset: number, length: number): number {
  let i = offset;
  const end = offset + (length & ~1);
  const whole = offset + (length & ~7);
  let high = 0;
  let low = 0;
  for (; i < whole; i += 8) {
    high += bytes[i]! + bytes[i + 2]! + bytes[i + 4]! + bytes[i + 6]!;
    low += bytes[i + 1]! + bytes[i + 3]! + bytes[i + 5]! + bytes[i + 7]!;
  }
  for (; i < end; i += 2) {
    high += bytes[i]!;
    low += bytes[i + 1]!;
  }
  if (length & 1) high += bytes[i]!;
  return foldSum(high * 256 + low);
}

/** A DataView, big-endian words. */
function dataView16(bytes: Uint8Array, offset: number, length: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
  const end = length & ~1;
  let sum = 0;
  for (let i = 0; i < end; i += 2) sum += view.getUint16(i);
  if (length & 1) sum += view.getUint8(length - 1) << 8;
  return foldSum(sum);
}

/** A DataView, 32-bit words. */
function dataView32(bytes: Uint8Array, offset: number, length: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
  const end = length & ~3;
  let sum = 0;
  for (let i = 0; i < end; i += 4) sum += view.getUint32(i);
  for (let i = end; i < length; i++) sum += i & 1 ? view.getUint8(i) : view.getUint8(i) << 8;
  return foldSum(sum);
}

/** A DataView, little-endian 32-bit words, four at a time in two accumulators. */
function dataView32x4(bytes: Uint8Array, offset: number, length: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
  const whole = length & ~15;
  let a = 0;
  let b = 0;
  let i = 0;
  for (; i < whole; i += 16) {
    a += view.getUint32(i, true) + view.getUint32(i + 4, true);
    b += view.getUint32(i + 8, true) + view.getUint32(i + 12, true);
  }
  let sum = swap(foldSum(a + b));
  for (; i < length; i++) sum += i & 1 ? view.getUint8(i) : view.getUint8(i) << 8;
  return foldSum(sum);
}

/** A Uint16Array over the part that is aligned. */
function words16(bytes: Uint8Array, offset: number, length: number): number {
  const start = bytes.byteOffset + offset;
  const odd = start & 1;
  if (length < 2 + odd) return octets(bytes, offset, length);
  const count = (length - odd) >>> 1;
  const words = new Uint16Array(bytes.buffer, start + odd, count);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += words[i]!;
  return finish(foldSum(sum), odd, bytes, offset, length, odd + 2 * count);
}

/** A Uint32Array over the part that is aligned, four words at a time. */
function words32(bytes: Uint8Array, offset: number, length: number): number {
  const start = bytes.byteOffset + offset;
  const lead = -start & 3;
  if (length < 4 + lead) return octets(bytes, offset, length);
  const count = (length - lead) >>> 2;
  const words = new Uint32Array(bytes.buffer, start + lead, count);
  const whole = count & ~3;
  let sum = 0;
  let i = 0;
  for (; i < whole; i += 4) {
    sum += words[i]! + words[i + 1]! + (words[i + 2]! + words[i + 3]!);
  }
  for (; i < count; i++) sum += words[i]!;
  return finish(foldSum(sum), lead, bytes, offset, length, lead + 4 * count);
}

/** A Uint32Array, summed as 16-bit halves in 32-bit integers (no doubles); blocks of 64 KiB. */
function words32Integer(bytes: Uint8Array, offset: number, length: number): number {
  const start = bytes.byteOffset + offset;
  const lead = -start & 3;
  if (length < 4 + lead) return octets(bytes, offset, length);
  const count = (length - lead) >>> 2;
  const words = new Uint32Array(bytes.buffer, start + lead, count);
  let low = 0;
  let high = 0;
  for (let i = 0; i < count; i++) {
    const word = words[i]!;
    low = (low + (word & 0xffff)) | 0;
    high = (high + (word >>> 16)) | 0;
  }
  const sum = foldSum((low >>> 0) + (high >>> 0));
  return finish(sum, lead, bytes, offset, length, lead + 4 * count);
}

/** The same, two words at a time. */
function words32IntegerX2(bytes: Uint8Array, offset: number, length: number): number {
  const start = bytes.byteOffset + offset;
  const lead = -start & 3;
  if (length < 8 + lead) return octets(bytes, offset, length);
  const count = (length - lead) >>> 3;
  const words = new Uint32Array(bytes.buffer, start + lead, 2 * count);
  let low = 0;
  let high = 0;
  for (let i = 0; i < words.length; i += 2) {
    const one = words[i]!;
    const two = words[i + 1]!;
    low = (low + (one & 0xffff) + (two & 0xffff)) | 0;
    high = (high + (one >>> 16) + (two >>> 16)) | 0;
  }
  const sum = foldSum((low >>> 0) + (high >>> 0));
  return finish(sum, lead, bytes, offset, length, lead + 8 * count);
}

/** A BigUint64Array over the part that is aligned. */
function words64(bytes: Uint8Array, offset: number, length: number): number {
  const start = bytes.byteOffset + offset;
  const lead = -start & 7;
  if (length < 8 + lead) return octets(bytes, offset, length);
  const count = (length - lead) >>> 3;
  const words = new BigUint64Array(bytes.buffer, start + lead, count);
  let sum = 0n;
  for (let i = 0; i < count; i++) sum += words[i]!;
  const folded = foldSum(Number(sum % 0xffffn));
  return finish(folded === 0 ? 0xffff : folded, lead, bytes, offset, length, lead + 8 * count);
}

/** Adds what stands before and behind the aligned words to their little-endian sum. */
function finish(
  sum: number,
  lead: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  done: number,
): number {
  let total = lead & 1 ? sum : swap(sum);
  for (let i = 0; i < lead; i++) total += i & 1 ? bytes[offset + i]! : bytes[offset + i]! << 8;
  for (let i = done; i < length; i++) {
    total += i & 1 ? bytes[offset + i]! : bytes[offset + i]! << 8;
  }
  return foldSum(total);
}

function swap(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8);
}

const WAYS: Readonly<Record<string, Sum>> = {
  "wire/checksum.ts": (bytes, offset, length) => foldSum(addToSum(bytes, offset, length)),
  octets,
  unrolled,
  dataView16,
  dataView32,
  dataView32x4,
  words16,
  words32,
  words32Integer,
  words32IntegerX2,
  words64,
};

const buffer = new Uint8Array(70_000);
for (let i = 0; i < buffer.length; i++) buffer[i] = (i * 2654435761) >>> 24;

for (const length of [40, 1240, 65_495]) {
  for (const offset of [40, 41]) {
    for (const [name, sum] of Object.entries(WAYS)) {
      const group = `${length} octets at offset ${offset}`;
      if (sum(buffer, offset, length) !== octets(buffer, offset, length)) {
        throw new Error(`${name} sums ${group} wrongly`);
      }
      Deno.bench({ name, group, baseline: name === "wire/checksum.ts" }, () => {
        sum(buffer, offset, length);
      });
    }
  }
}
