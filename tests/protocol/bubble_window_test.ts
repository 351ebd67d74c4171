import { assertEquals } from "@std/assert";
import { BubbleWindow } from "../../protocol/bubble_window.ts";

Deno.test("four bubbles may go unanswered in any 300 s, and no fifth", () => {
  const window = new BubbleWindow();
  const outcome = [0, 2_000, 4_000, 6_000, 8_000, 299_999, 300_000, 301_999, 302_000]
    .map((now) => window.take(now));
  assertEquals(outcome, [true, true, true, true, false, false, true, false, true]);
});

Deno.test("an answer opens the window again", () => {
  const window = new BubbleWindow();
  for (const now of [0, 2_000, 4_000, 6_000]) window.add(now);
  assertEquals(window.isOpen(8_000), false);
  window.reset();
  assertEquals(window.isOpen(8_000), true);
});
