/**
 * Whether a soak went well.
 *
 * What comes after the warm-up is cut into windows of equal length. Of memory, the medians of the
 * windows are compared, so that a peak counts for nothing, and growth shows. Of descriptors, the
 * smallest number at the end, when nobody has a connection to the role, must not exceed the usual
 * one at the beginning: a client's ports for single peers come and go.
 *
 * @module
 */

import { median } from "../../bench/median.ts";
import type { Fault, RoleSample, Sample, SoakRecord } from "./soak_record.ts";

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
export interface Change {
  readonly role: string;
  readonly first: number;
  readonly last: number;
}

/** One thing that was judged. */
export interface Judgement {
  readonly what: "memory" | "descriptors" | "delays" | "faults";
  readonly isGood: boolean;
  readonly details: readonly string[];
}

/** Judges a soak. */
export function judge(record: SoakRecord): Judgement[] {
  const memory = changes(record, "resident")
    .filter(({ first, last }) => last > first * MEMORY_GROWTH)
    .map(({ role, first, last }) => `${role}: ${first.toFixed(1)} MB, then ${last.toFixed(1)} MB`);
  const usual = changes(record, "descriptors");
  const descriptors = changes(record, "descriptors", smallest)
    .map(({ role, last }, i) => ({ role, first: usual[i]!.first, last }))
    .filter(({ first, last }) => last > first)
    .map(({ role, first, last }) => `${role}: ${first}, then ${last}`);
  const delays = record.delays.filter(({ pressure = 0 }) => pressure < OVERLOAD).map(describe);
  const faults = record.faults.map(describe);
  return [
    { what: "memory", isGood: memory.length === 0, details: memory },
    { what: "descriptors", isGood: descriptors.length === 0, details: descriptors },
    { what: "delays", isGood: delays.length === 0, details: delays },
    { what: "faults", isGood: faults.length === 0, details: faults },
  ];
}

function describe({ at, what }: Fault): string {
  return `${at.toFixed(0)} s: ${what}`;
}

/** How a figure of each role changed from the first window to the last. */
export function changes(
  record: SoakRecord,
  figure: keyof RoleSample,
  measure: (values: readonly number[]) => number = median,
): Change[] {
  const windows = windowsOf(record);
  const roles = Object.keys(record.samples[0]?.roles ?? {}).sort();
  return roles.map((role) => {
    const measureIn = (window: readonly Sample[] | undefined) =>
      measure(window?.flatMap(({ roles }) => roles[role]?.[figure] ?? []) ?? []);
    return { role, first: measureIn(windows[0]), last: measureIn(windows.at(-1)) };
  });
}

/** The smallest of some numbers. */
export function smallest(values: readonly number[]): number {
  return Math.min(...values);
}

/** The samples after the warm-up, in windows of equal length. */
export function windowsOf({ options, samples }: SoakRecord): Sample[][] {
  const { warmUp, duration } = options;
  const length = (duration - warmUp) / WINDOWS;
  return Array.from({ length: WINDOWS }, (_, i) => {
    const from = warmUp + i * length;
    return samples.filter(({ at }) => at >= from && at < from + length);
  });
}
