import { assertEquals } from "@std/assert";
import { formatDuration } from "../../../cli/text/duration.ts";

const CASES: readonly [milliseconds: number, text: string][] = [
  [0, "0 s"],
  [4_400, "4 s"],
  [119_000, "119 s"],
  [120_000, "2 min"],
  [59 * 60_000, "59 min"],
  [60 * 60_000, "1 h"],
  [100 * 60_000, "1 h 40 min"],
];

for (const [milliseconds, text] of CASES) {
  Deno.test(`duration: ${milliseconds} ms is ${text}`, () => {
    assertEquals(formatDuration(milliseconds), text);
  });
}
