import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "../../tools/fast_check.ts";
import { VirtualClock } from "./virtual_clock.ts";

Deno.test("tasks run in the order they are due, whatever the order of scheduling", () => {
  fc.assert(fc.property(fc.array(fc.nat(1000)), (times) => {
    const clock = new VirtualClock();
    const happened: number[] = [];
    for (const time of times) clock.at(time, () => happened.push(clock.now));
    clock.run(1000);
    assertEquals(happened, times.toSorted((a, b) => a - b));
  }));
});

Deno.test("tasks due at the same time run in the order of scheduling", () => {
  fc.assert(fc.property(fc.array(fc.nat(3), { maxLength: 50 }), (times) => {
    const clock = new VirtualClock();
    const happened: (readonly [number, number])[] = [];
    times.forEach((time, order) => clock.at(time, () => happened.push([time, order])));
    clock.run(10);
    assertEquals(happened, happened.toSorted(([a, i], [b, j]) => a - b || i - j));
    assertEquals(happened.length, times.length);
  }));
});

Deno.test("hours pass at once, and exactly", () => {
  const clock = new VirtualClock();
  let ticks = 0;
  const tick = () => {
    ticks++;
    clock.after(1000, tick);
  };
  clock.after(1000, tick);
  clock.run(3_600_000);
  assertEquals(clock.now, 3_600_000);
  assertEquals(ticks, 3600);
});

Deno.test("a cancelled task does not run", () => {
  const clock = new VirtualClock();
  const timer = clock.after(5, () => assert(false, "it happened"));
  clock.after(4, () => timer.cancel());
  clock.run(10);
});

Deno.test("a task scheduled for the past runs now, after those already due", () => {
  const clock = new VirtualClock();
  const happened: string[] = [];
  clock.after(5, () => {
    clock.at(1, () => happened.push(`late at ${clock.now}`));
  });
  clock.after(5, () => happened.push("on time"));
  clock.run(5);
  assertEquals(happened, ["on time", "late at 5"]);
});

Deno.test("time stops when a condition holds, or at the limit", () => {
  const clock = new VirtualClock();
  let done = false;
  clock.after(7, () => done = true);
  clock.after(9, () => {});
  assert(clock.runUntil(() => done, 100));
  assertEquals(clock.now, 7);
  assert(!clock.runUntil(() => false, 100));
  assertEquals(clock.now, 107);
});

Deno.test("scheduling for NaN throws", () => {
  assertThrows(() => new VirtualClock().at(NaN, () => {}), RangeError);
});
