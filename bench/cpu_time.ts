/**
 * The processor time of a process with all its descendants, which tells more than a rate on a busy machine.
 *
 * @module
 */

/** Linux counts in hundredths of a second for everyone who asks (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time, user and system, that a process and its descendants took so far. */
export function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name stands in parentheses and may hold blanks. Behind it: state, then utime 12th and stime 13th.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const own = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  return childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), own);
}

function childrenOf(pid: number): number[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) => {
    const children = Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).trim();
    return children === "" ? [] : children.split(" ").map(Number);
  });
}
