/**
 * Drops in words.
 *
 * @module
 */

import type { Counters } from "../../../io/counters.ts";

/**
 * What was dropped and how often, the most frequent reason first: "Dropped: 3 not_echo, 1 loop".
 */
export function describeDrops(counters: Counters): string {
  const drops = [...counters.drops()].sort(([, one], [, other]) => other - one);
  if (drops.length === 0) return "Nothing was dropped";
  return `Dropped: ${drops.map(([reason, count]) => `${count} ${reason}`).join(", ")}`;
}
