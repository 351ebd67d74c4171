// deno-lint-ignore-file no-console -- its callers are programs that people run in a terminal
/**
 * The command lines of the tasks in `deno.json`.
 *
 * @module
 */

import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

/** What a task's command line says. */
type TaskLine<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: boolean }>
>;

/**
 * Reads the command line of the task that runs. If it asks for help or is wrong, the usage is
 * printed and the process ends.
 *
 * @param usage what is printed, with the options that the task takes
 * @param allowPositionals whether the task takes arguments that are not options
 */
export function readTaskLine<const Options extends ParseArgsOptionsConfig>(
  usage: string,
  options: Options,
  allowPositionals = false,
): TaskLine<Options> {
  if (Deno.args.some((arg) => arg === "--help" || arg === "-h")) {
    console.log(usage);
    Deno.exit(0);
  }
  try {
    return parseArgs({ args: Deno.args, options, allowPositionals });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    refuseTaskLine(usage, error.message);
  }
}

/** Ends the process, because its command line is wrong. */
export function refuseTaskLine(usage: string, problem: string): never {
  console.error(`${problem}\n\n${usage}`);
  Deno.exit(2);
}

/** Reads the value of an option that takes a whole number. With another value the process ends. */
export function wholeNumber(usage: string, option: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && value.trim() !== "") return number;
  refuseTaskLine(usage, `Cannot use ${option} ${value}: it takes a whole number`);
}
