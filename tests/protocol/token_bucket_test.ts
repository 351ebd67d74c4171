import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TokenBucket } from "../../protocol/token_bucket.ts";

/** How many of `count` takings at `now` succeed. */
function takings(bucket: TokenBucket, count: number, now: number): number {
  let taken = 0;
  for (let i = 0; i < count; i++) if (bucket.take(now)) taken++;
  return taken;
}

Deno.test("a bucket gives its burst at first, whatever the clock shows", () => {
  for (const now of [-5, 0, 1, 1e12]) {
    assertEquals(takings(new TokenBucket({ perSecond: 1, burst: 5 }), 10, now), 5, `at ${now}`);
  }
});

Deno.test("an empty bucket refills at its rate, up to its burst", () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 5 });
  takings(bucket, 5, 0);
  assertEquals(bucket.take(99), false);
  assertEquals(takings(bucket, 5, 100), 1);
  assertEquals(takings(bucket, 5, 300), 2);
  assertEquals(takings(bucket, 50, 60_000), 5);
});

Deno.test("a rate of zero gives the burst and nothing more", () => {
  const bucket = new TokenBucket({ perSecond: 0, burst: 2 });
  assertEquals(takings(bucket, 5, 1000), 2);
  assertEquals(takings(bucket, 5, 1e9), 0);
  assertEquals(takings(new TokenBucket({ perSecond: 0, burst: 0 }), 5, 1000), 0);
});

Deno.test("a clock that steps back refills nothing", () => {
  const bucket = new TokenBucket({ perSecond: 1, burst: 1 });
  assertEquals(bucket.take(10_000), true);
  assertEquals(bucket.take(5_000), false);
  assertEquals(bucket.take(10_500), false);
  assertEquals(bucket.take(11_000), true);
});

Deno.test("no more is ever taken than the burst and what the rate refills", () => {
  const rates = fc.record({ perSecond: fc.nat(100), burst: fc.integer({ min: 1, max: 50 }) });
  fc.assert(fc.property(rates, fc.array(fc.nat(500), { maxLength: 200 }), (rate, steps) => {
    const bucket = new TokenBucket(rate);
    let now = 0;
    let taken = 0;
    for (const step of steps) {
      now += step;
      if (bucket.take(now)) taken++;
      assert(taken <= rate.burst + rate.perSecond * now / 1000 + 1e-6);
    }
  }));
});
