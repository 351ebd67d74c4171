/**
 * What processes use of processor and memory, by the kernel's own books.
 *
 * @module
 */

/** Clock ticks in a second, of which `/proc` counts processor time: 100 on every Linux of today. */
const TICKS = 100;

/** A process and all that it has started: Miredo is three of them. */
export function family(pid: number): number[] {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
  return [
    pid,
    ...children.split(" ").filter((it) => it !== "").flatMap((it) => family(Number(it))),
  ];
}

/** Seconds of processor time that some processes and their children have used so far. */
export function processorSeconds(...pids: number[]): number {
  let ticks = 0;
  for (const pid of pids.flatMap(family)) {
    // The name, in parentheses, may hold spaces. Behind it, `utime` and `stime` are the 12th and
    // 13th.
    const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS;
}

/** Memory in MB. */
interface Memory {
  /** All pages in memory, those of shared libraries and of the executable included. */
  readonly resident: number;
  /** Each shared page counted in proportion. */
  readonly proportional: number;
  /** The process's own pages, which belong to no file. */
  readonly anonymous: number;
}

/** The memory of a process and its children. */
export function memory(pid: number): Memory {
  const sum = { resident: 0, proportional: 0, anonymous: 0 };
  for (const member of family(pid)) {
    const text = Deno.readTextFileSync(`/proc/${member}/smaps_rollup`);
    sum.resident += kilobytes(text, "Rss") / 1000;
    sum.proportional += kilobytes(text, "Pss") / 1000;
    sum.anonymous += kilobytes(text, "Anonymous") / 1000;
  }
  return sum;
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}: +(\\d+) kB`, "m").exec(text)?.[1]) * 1.024;
}
