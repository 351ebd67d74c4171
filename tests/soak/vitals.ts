/**
 * What a process has of its machine, by the kernel's own books.
 *
 * @module
 */

import { processorSeconds } from "../../bench/miredo/process_usage.ts";

/** What a process has at a moment. */
export interface Vitals {
  /** Resident memory, and the part of it that no file backs, in MB. */
  readonly resident: number;
  readonly anonymous: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Seconds of processor time so far. */
  readonly processor: number;
}

/** Looks at a process; `undefined` if it has ended, also if nobody has waited for it yet. */
export function vitalsOf(pid: number): Vitals | undefined {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    // A zombie has no memory.
    if (field(status, "VmRSS") === undefined) return undefined;
    return {
      resident: field(status, "VmRSS")! * 1.024 / 1000,
      anonymous: field(status, "RssAnon")! * 1.024 / 1000,
      threads: field(status, "Threads")!,
      descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
      processor: processorSeconds(pid),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function field(status: string, name: string): number | undefined {
  return numberIn(status, new RegExp(`^${name}:\\s+(\\d+)`, "m"));
}

function numberIn(text: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The share of the last minute in which programs waited for a processor, as the kernel counts it;
 * `undefined` if it does not.
 */
export function processorPressure(): number | undefined {
  try {
    const text = Deno.readTextFileSync("/proc/pressure/cpu");
    const percent = numberIn(text, /^some .*avg60=([\d.]+)/m);
    return percent === undefined ? undefined : percent / 100;
  } catch {
    return undefined;
  }
}

/** The children of a process that have ended without having been waited for. */
export function zombiesOf(pid: number): number[] {
  const tasks = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => name);
  return tasks.flatMap((task) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${task}/children`).split(" ").filter((it) => it !== "")
  ).map(Number).filter((child) => isZombie(child));
}

function isZombie(pid: number): boolean {
  try {
    return / \(.*\) Z /s.test(` ${Deno.readTextFileSync(`/proc/${pid}/stat`)}`);
  } catch {
    return false;
  }
}
