import { assert, assertEquals } from "@std/assert";
import { KeyedLimiter } from "../../protocol/keyed_limiter.ts";

const RATE = { perSecond: 1, burst: 2 };

Deno.test("every key has its own limit", () => {
  const limiter = new KeyedLimiter(RATE, 100);
  assertEquals([1, 2, 3].map(() => limiter.take(1, 0)), [true, true, false]);
  assertEquals(limiter.take(0xffffffff, 0), true);
  assertEquals(limiter.take(1, 999), false);
  assertEquals(limiter.take(1, 1000), true);
  assertEquals(limiter.size, 2);
});

Deno.test("a key in use is remembered while others come and go", () => {
  const limiter = new KeyedLimiter(RATE, 100);
  const busy = 0x0b000000;
  let passed = 0;
  for (let other = 1; other <= 10_000; other++) {
    if (limiter.take(busy, 0)) passed++;
    limiter.take(other, 0);
  }
  assertEquals(passed, RATE.burst);
});

Deno.test("a million keys leave no more limits than the capacity", () => {
  for (const capacity of [2, 3, 1000]) {
    const limiter = new KeyedLimiter(RATE, capacity);
    for (let key = 0; key < 1_000_000 / capacity; key++) {
      limiter.take(key * 65_536, key / 1000);
      limiter.take(key % 7, key / 1000);
      assert(limiter.size <= capacity);
    }
  }
});
