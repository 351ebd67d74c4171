import { assertEquals } from "@std/assert";
import { BubbleWindow } from "../../../protocol/peers/bubble_window.ts";

/** A window that stands among other numbers. */
function newWindow(): BubbleWindow {
  const window = new BubbleWindow(new Float64Array(10), 3);
  window.reset();
  return window;
}

Deno.test("four bubbles may go unanswered in any 300 s, and no fifth", () => {
  const window = newWindow();
  const outcome = [0, 2_000, 4_000, 6_000, 8_000, 299_999, 300_000, 301_999, 302_000]
    .map((now) => window.take(now));
  assertEquals(outcome, [true, true, true, true, false, false, true, false, true]);
});

Deno.test("a window that allows retries lets single bubbles through while it is not open", () => {
  const window = newWindow();
  const outcome = [0, 2_000, 4_000, 6_000, 8_000, 35_999, 36_000, 38_000, 66_000]
    .map((now) => window.take(now, 30_000));
  assertEquals(outcome, [true, true, true, true, false, false, true, false, true]);
});

Deno.test("an answer opens the window again", () => {
  const window = newWindow();
  for (const now of [0, 2_000, 4_000, 6_000]) window.add(now);
  assertEquals(window.isOpen(8_000), false);
  window.reset();
  assertEquals(window.isOpen(8_000), true);
});

Deno.test("a window keeps to its memory", () => {
  const times = new Float64Array(10);
  const window = new BubbleWindow(times, 3);
  window.reset();
  for (let now = 1; now <= 9; now++) window.add(now);
  assertEquals([...times], [0, 0, 0, 6, 7, 8, 9, 0, 0, 0]);
});
