import { assert, assertEquals } from "@std/assert";
import { AddressLimiter } from "../../server/address_limiter.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";

const RATE = { perSecond: 1, burst: 2 };

Deno.test("each address has a rate of its own", () => {
  const limiter = new AddressLimiter(RATE, 100);
  const [one, two] = [ipv4Address(1), ipv4Address(0xffffffff)];
  assertEquals([1, 2, 3].map(() => limiter.take(one, 0)), [true, true, false]);
  assertEquals(limiter.take(two, 0), true);
  assertEquals(limiter.take(one, 999), false);
  assertEquals(limiter.take(one, 1000), true);
});

Deno.test("an address in use is remembered while others come and go", () => {
  const limiter = new AddressLimiter(RATE, 100);
  const busy = ipv4Address(0x0b000000);
  let passed = 0;
  for (let i = 1; i <= 10_000; i++) {
    if (limiter.take(busy, 0)) passed++;
    limiter.take(ipv4Address(i), 0);
  }
  assertEquals(passed, RATE.burst);
});

Deno.test("no more addresses are remembered than the capacity", () => {
  for (const capacity of [2, 3, 100]) {
    const limiter = new AddressLimiter(RATE, capacity);
    for (let i = 0; i < 1000; i++) {
      limiter.take(ipv4Address(i), 0);
      limiter.take(ipv4Address(i % 7), 0);
      assert(limiter.size <= capacity);
    }
  }
});
