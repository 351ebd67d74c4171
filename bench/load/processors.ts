/**
 * Where programs run: the generator has one processor, contestants have the other, and both have the
 * priority of real time, so that other programs of the machine disturb them less.
 *
 * @module
 */

/** The command line that runs a command as the generator. */
export function asGenerator(...command: string[]): string[] {
  return at(0, command);
}

/** The command line that runs a command as a contestant. */
export function asContestant(...command: string[]): string[] {
  return at(1, command);
}

function at(processor: number, command: readonly string[]): string[] {
  return ["chrt", "--rr", "10", "taskset", "--cpu-list", `${processor}`, ...command];
}
