import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  addToSum,
  foldSum,
  hasValidIcmpv6Checksum,
  writeIcmpv6Checksum,
} from "../../wire/checksum.ts";
import { randomBytes } from "../../protocol/random.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { vector } from "../vectors/vectors.ts";
import { plainSum } from "./plain_sum.ts";

Deno.test("sums of every length up to 1500, at every alignment, match RFC 1071 §4.1", () => {
  const pool = randomBytes(seededRandom("checksum"), 1600);
  for (let length = 0; length <= 1500; length++) {
    for (let offset = 0; offset < 8; offset++) {
      const expected = plainSum(pool.subarray(offset, offset + length));
      const where = `${length} octets at ${offset}`;
      assertEquals(foldSum(addToSum(pool, offset, length)), expected, where);
      // The same octets in an array that starts anywhere in its buffer.
      const view = pool.subarray(offset);
      assertEquals(foldSum(addToSum(view, 0, length)), expected, where);
    }
  }
});

Deno.test("sums of the largest packets are exact, even with extreme octets", () => {
  for (const fill of [0x00, 0xff]) {
    const bytes = new Uint8Array(65_575 + 3).fill(fill);
    for (const offset of [0, 1, 2, 3]) {
      const expected = plainSum(bytes.subarray(offset, offset + 65_575));
      assertEquals(foldSum(addToSum(bytes, offset, 65_575)), expected);
    }
  }
});

Deno.test("a sum continues from an earlier one", () => {
  fc.assert(fc.property(
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ maxLength: 200 }),
    (first, second) => {
      const even = first.subarray(0, first.length & ~1);
      const both = new Uint8Array([...even, ...second]);
      const sum = addToSum(second, 0, second.length, addToSum(even, 0, even.length));
      assertEquals(foldSum(sum), plainSum(both));
    },
  ));
});

Deno.test("folding keeps 0 and 0xffff apart and carries until 16 bits are left", () => {
  const cases = [
    [0, 0],
    [0xffff, 0xffff],
    [0x10000, 1],
    [0x1fffe, 0xffff],
    [0xffff_ffff, 0xffff],
    [0xffff_0001, 1],
    [2 ** 48 - 1, 0xffff],
  ] as const;
  for (const [sum, folded] of cases) assertEquals(foldSum(sum), folded, sum.toString(16));
});

Deno.test("a written checksum is valid, and no flipped bit goes unnoticed", () => {
  const bodies = fc.uint8Array({ minLength: 4, maxLength: 120 });
  fc.assert(fc.property(bodies, fc.nat(), (body, flip) => {
    const packet = new Uint8Array([...vector("V1").payload.subarray(0, 40), ...body]);
    packet[5] = body.length;
    writeIcmpv6Checksum(packet);
    assert(hasValidIcmpv6Checksum(packet));
    const bit = flip % (8 * body.length);
    packet[40 + (bit >>> 3)]! ^= 1 << (bit & 7);
    assert(!hasValidIcmpv6Checksum(packet));
  }));
});
