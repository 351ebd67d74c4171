import { assertEquals } from "@std/assert";
import { Arena } from "../../offload/arena.ts";
import { copyAndSum } from "../../offload/copy_and_sum.ts";
import { foldSum } from "../../wire/checksum.ts";
import { data, plainSum } from "./packets.ts";

Deno.test("copy and sum: every length and alignment copies what it should, and sums it", () => {
  const from = new Arena(data(400).buffer);
  for (let length = 0; length <= 300; length++) {
    for (let alignment = 0; alignment < 16; alignment++) {
      const source = 8 + (alignment & 3);
      const target = 16 + (alignment >>> 2);
      const to = new Arena(401);
      const sum = copyAndSum(from, source, to, target, length);
      const expected = new Uint8Array(401);
      expected.set(from.bytes.subarray(source, source + length), target);
      const where = `${length} octets from ${source} to ${target}`;
      assertEquals(to.bytes, expected, where);
      assertEquals(foldSum(sum), plainSum(from.bytes.subarray(source, source + length)), where);
    }
  }
});

Deno.test("copy and sum: the largest packet of extreme octets is summed exactly", () => {
  for (const fill of [0, 0xff]) {
    const from = new Arena(65_580);
    from.bytes.fill(fill);
    const sum = copyAndSum(from, 0, new Arena(65_580), 0, 65_575);
    assertEquals(foldSum(sum), plainSum(from.bytes.subarray(0, 65_575)));
  }
});

Deno.test("copy and sum: arenas reach to the last octet of memory that is no whole number of words", () => {
  const from = new Arena(data(43).buffer);
  const to = new Arena(43);
  copyAndSum(from, 4, to, 4, 39);
  assertEquals(to.bytes.subarray(4), from.bytes.subarray(4));
});
