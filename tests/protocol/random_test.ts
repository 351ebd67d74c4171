import { assert, assertEquals } from "@std/assert";
import { randomBytes, uniform } from "../../protocol/random.ts";
import { seededRandom } from "../sim/seeded_random.ts";

Deno.test("random octets come from the source, in the number asked for", () => {
  assertEquals(randomBytes((bytes) => bytes.fill(7), 3), Uint8Array.of(7, 7, 7));
});

Deno.test("a uniform number reaches its lower bound and stays below its upper one", () => {
  assertEquals(uniform((bytes) => bytes.fill(0), 10, 20), 10);
  const highest = uniform((bytes) => bytes.fill(0xff), 10, 20);
  assert(highest > 19.99 && highest < 20);
});

Deno.test("uniform numbers spread evenly", () => {
  const random = seededRandom("uniform");
  const buckets = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) buckets[Math.floor(uniform(random, 0, 10))]!++;
  for (const count of buckets) assert(count > 850 && count < 1150, buckets.join(" "));
});
