import { assert, assertEquals } from "@std/assert";
import { drawFlags } from "../../protocol/flags.ts";
import { CONE_FLAG, RANDOM_FLAGS } from "../../wire/teredo_address.ts";
import { seededRandom } from "../sim/seeded_random.ts";

const DRAWS = 10_000;

Deno.test("P-03: cone, z, U and G are 0 in flags that are drawn", () => {
  const random = seededRandom("P-03");
  let seen = 0;
  for (let i = 0; i < DRAWS; i++) seen |= drawFlags(random);
  assertEquals(seen, RANDOM_FLAGS);
  assertEquals(seen & (CONE_FLAG | 0x4000 | 0x0200 | 0x0100), 0);
  assertEquals(drawFlags((bytes) => bytes.fill(0xff)), 0x3cff);
});

Deno.test("P-04: each of the twelve random bits is set in 45 to 55 % of 10 000 draws", () => {
  const sources = {
    "a seed": seededRandom("P-04"),
    "the system's generator": (bytes: Uint8Array<ArrayBuffer>) => {
      crypto.getRandomValues(bytes);
    },
  };
  for (const [name, random] of Object.entries(sources)) {
    const counts = new Map<number, number>();
    for (let i = 0; i < DRAWS; i++) {
      const flags = drawFlags(random);
      for (let bit = 1; bit <= 0x8000; bit <<= 1) {
        if (flags & bit) counts.set(bit, (counts.get(bit) ?? 0) + 1);
      }
    }
    assertEquals(counts.size, 12, name);
    for (const [bit, count] of counts) {
      const share = count / DRAWS;
      assert(share > 0.45 && share < 0.55, `bit ${bit.toString(16)} from ${name}: ${share}`);
    }
  }
});
