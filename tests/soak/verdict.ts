/**
 * Whether a soak went well.
 *
 * What comes after the warm-up is cut into windows of equal length. Of memory, the medians of the
 * windows are compared, so that a peak counts for nothing, and growth shows. Of descriptors, the
 * smallest number at the end, when nobody has a connection to the role, must not exceed the usual
 * one at the beginning: a client's ports for single peers come and go. A role that was not seen in
 * one of these windows has not passed.
 *
 * @module
 */

import { median } from "../../bench/median.ts";
import type { Delay, Fault, RoleSample, Sample, SoakRecord } from "./soak_record.ts";

/** How many windows there are. */
export const WINDOWS = 4;

/** How much more memory a role may have in the last window than in the first. */
export const MEMORY_GROWTH = 1.1;

/**
 * Beyond this share of time in which programs wait for a processor, delays say something of the
 * machine, and nothing of us.
 */
export const OVERLOAD = 0.8;

/** One figure of a role: in the first window and in the last. */
interface Change {
  readonly role: string;
  readonly first: number;
  readonly last: number;
}

/** One thing that was judged. */
interface Judgement {
  readonly what: "memory" | "descriptors" | "delays" | "faults";
  readonly isGood: boolean;
  readonly details: readonly string[];
}

/** Judges a soak. */
export function judge(record: SoakRecord): Judgement[] {
  const memory = growth(changes(record, "resident"), MEMORY_GROWTH, (it) => `${it.toFixed(1)} MB`);
  const usual = changes(record, "descriptors");
  const fewest = changes(record, "descriptors", smallest)
    .map(({ role, last }, i) => ({ role, first: usual[i]!.first, last }));
  const descriptors = growth(fewest, 1, String);
  const delays = record.delays.filter((delay) => !isExcused(delay)).map(describe);
  const faults = record.faults.map(describe);
  return [
    { what: "memory", isGood: memory.length === 0, details: memory },
    { what: "descriptors", isGood: descriptors.length === 0, details: descriptors },
    { what: "delays", isGood: delays.length === 0, details: delays },
    { what: "faults", isGood: faults.length === 0, details: faults },
  ];
}

/** Which roles have more than `most` times what they had; those whose figures are missing, too. */
function growth(
  all: readonly Change[],
  most: number,
  format: (value: number) => string,
): readonly string[] {
  if (all.length === 0) return ["no role was seen"];
  const shown = (value: number) => Number.isFinite(value) ? format(value) : "not seen";
  return all
    .filter(({ first, last }) => !(Number.isFinite(first) && last <= first * most))
    .map(({ role, first, last }) => `${role}: ${shown(first)}, then ${shown(last)}`);
}

/** Whether a delay says something of the machine, and nothing of us. */
export function isExcused({ pressure }: Delay): boolean {
  return pressure !== undefined && pressure >= OVERLOAD;
}

function describe({ at, what }: Fault): string {
  return `${at.toFixed(0)} s: ${what}`;
}

/** How a figure of each role changed from the first window to the last; not finite if not seen. */
export function changes(
  record: SoakRecord,
  figure: keyof RoleSample,
  measure: (values: readonly number[]) => number = median,
): Change[] {
  const windows = windowsOf(record);
  return rolesIn(record).map((role) => {
    const measureIn = (window: readonly Sample[] | undefined) =>
      measure(window?.flatMap(({ roles }) => roles[role]?.[figure] ?? []) ?? []);
    return { role, first: measureIn(windows[0]), last: measureIn(windows.at(-1)) };
  });
}

/** The names of all roles that were ever seen. */
export function rolesIn({ samples }: SoakRecord): string[] {
  return [...new Set(samples.flatMap(({ roles }) => Object.keys(roles)))].sort();
}

/** The smallest of some numbers. */
export function smallest(values: readonly number[]): number {
  return Math.min(...values);
}

/** The samples after the warm-up, in windows of equal length. */
function windowsOf({ options, samples }: SoakRecord): Sample[][] {
  const { warmUp, duration } = options;
  const length = (duration - warmUp) / WINDOWS;
  return Array.from({ length: WINDOWS }, (_, i) => {
    const from = warmUp + i * length;
    return samples.filter(({ at }) => at >= from && at < from + length);
  });
}
