import { assert, assertEquals } from "@std/assert";
import { AddressHash } from "../../protocol/address_hash.ts";
import { KeyedLimiter } from "../../protocol/keyed_limiter.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";

const RATE = { perSecond: 1, burst: 2 };

const hash = new AddressHash(7);

/** The hash of the `index`th of many addresses. */
function key(index: number): number {
  return hash.ofIpv4(ipv4Address(0x0b000000 + index));
}

Deno.test("every key has its own limit", () => {
  const limiter = new KeyedLimiter(RATE);
  assertEquals([1, 2, 3].map(() => limiter.take(key(1), 0)), [true, true, false]);
  assertEquals(limiter.take(key(2), 0), true);
  assertEquals(limiter.take(key(1), 999), false);
  assertEquals(limiter.take(key(1), 1000), true);
});

Deno.test("a hash whose halves are equal is limited like any other", () => {
  const limiter = new KeyedLimiter(RATE);
  assertEquals([1, 2, 3].map(() => limiter.take(0x12341234, 0)), [true, true, false]);
});

Deno.test("a key in use stays limited while others come and go", () => {
  const limiter = new KeyedLimiter(RATE);
  let passed = 0;
  for (let other = 1; other <= 100_000; other++) {
    if (limiter.take(key(0), 0)) passed++;
    limiter.take(key(other), 0);
  }
  assertEquals(passed, RATE.burst);
});

Deno.test("a flood of 100,000 keys a second costs others next to nothing", () => {
  const limiter = new KeyedLimiter({ perSecond: 5, burst: 10 });
  let honest = 0;
  let served = 0;
  for (let i = 0; i < 1_000_000; i++) {
    const now = i / 100;
    limiter.take(key(i * 7), now);
    if (i % 1000 > 0) continue;
    honest++;
    if (limiter.take(key(-1 - i), now)) served++;
  }
  assert(served >= 0.99 * honest, `${served} of ${honest}`);
});
