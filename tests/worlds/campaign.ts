/**
 * Many worlds, and what they amount to.
 *
 * @module
 */

import { drawWorld } from "./draw_world.ts";
import { runWorld, type Verdict, type Way, WAYS } from "./run_world.ts";

/** Which worlds: those of the seeds "SEED/FROM", "SEED/FROM+1" and so on. */
export interface Worlds {
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

/** The worlds one after the other, as they were drawn. */
export function* runWorlds({ seed, from, count }: Worlds): Generator<Verdict> {
  for (let number = from; number < from + count; number++) {
    yield runWorld(drawWorld(`${seed}/${number}`));
  }
}

/** How long recovery took, of many. Times are in milliseconds. */
interface Recoveries {
  readonly count: number;
  readonly median: number;
  readonly most: number;
  /** 99 of a hundred took no longer. */
  readonly percentile99: number;
}

/** What many worlds amount to. */
export class Tally {
  worlds = 0;
  seconds = 0;
  datagrams = 0;
  packets = 0;
  readonly failed: Verdict[] = [];
  readonly #qualified: number[] = [];
  readonly #recovered: Record<Way, number[]> = { direct: [], relay: [], gateway: [] };
  /** Where the limit on bubbles had to be waited for. */
  readonly #limited: number[] = [];

  /** Counts one world. */
  add(verdict: Verdict): void {
    this.worlds++;
    this.seconds += verdict.seconds;
    this.datagrams += verdict.datagrams;
    this.packets += verdict.packets;
    if (verdict.complaints.length > 0) this.failed.push(verdict);
    this.#qualified.push(...verdict.qualified);
    for (const { way, after, hadBubbles } of verdict.recovered) {
      (hadBubbles ? this.#recovered[way] : this.#limited).push(after);
    }
  }

  /** The recoveries of each kind, by name. */
  get recoveries(): Record<string, Recoveries> {
    return {
      qualified: recoveriesOf(this.#qualified),
      ...Object.fromEntries(WAYS.map((way) => [way, recoveriesOf(this.#recovered[way])])),
      "after the limit on bubbles": recoveriesOf(this.#limited),
    };
  }

  /** All of it in a few lines. */
  toString(): string {
    const { worlds, seconds, datagrams, packets, failed } = this;
    const hours = Math.round(seconds / 3600);
    const lines = Object.entries(this.recoveries).map((
      [name, { count, median, percentile99, most }],
    ) =>
      [name.padEnd(26), count, ...[median, percentile99, most].map(inSeconds)]
        .map((cell) => `${cell}`.padStart(9)).join(" ")
    );
    return [
      `${worlds} worlds, ${failed.length} failed: ${hours} hours, ` +
      `${packets} packets of flows, ${datagrams} datagrams`,
      `${"recovered after".padEnd(26)} ${
        ["count", "median", "99 %", "most"].map((word) => word.padStart(9)).join(" ")
      }`,
      ...lines,
    ].join("\n");
  }
}

function recoveriesOf(times: readonly number[]): Recoveries {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { count: sorted.length, median: at(0.5), percentile99: at(0.99), most: at(1) };
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
