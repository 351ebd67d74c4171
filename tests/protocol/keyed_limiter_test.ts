import { assert, assertEquals } from "@std/assert";
import { KeyedLimiter } from "../../protocol/keyed_limiter.ts";

const RATE = { perSecond: 1, burst: 2 };

Deno.test("every key has a bucket of its own", () => {
  const limiter = new KeyedLimiter(RATE);
  assertEquals([1, 1, 1, 2].map((key) => limiter.take(key, 0)), [true, true, false, true]);
  assertEquals(limiter.size, 2);
});

Deno.test("a million keys leave no more buckets than the capacity", () => {
  const limiter = new KeyedLimiter(RATE, 1000);
  for (let key = 0; key < 1_000_000; key++) limiter.take(key * 65_536, key / 1000);
  assertEquals(limiter.size, 1000);
});

Deno.test("the key that was used least recently is forgotten first", () => {
  const limiter = new KeyedLimiter(RATE, 2);
  const exhaust = (key: number) => {
    while (limiter.take(key, 0));
  };
  exhaust(1);
  exhaust(2);
  assert(!limiter.take(1, 0)); // used, though refused
  limiter.take(3, 0); // forgets 2
  assert(!limiter.take(1, 0), "1 is still known");
  assert(limiter.take(2, 0), "2 starts anew");
});
