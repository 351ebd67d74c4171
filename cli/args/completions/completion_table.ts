/**
 * What shells can complete, taken from the table of commands.
 *
 * @module
 */

import type { Command } from "../command.ts";
import { flagOf } from "../spelling.ts";
import { HELP, PROGRAM_OPTIONS, type ProgramOption } from "../program_options.ts";
import type { Suggestions, ValueKind } from "../kinds/value_kind.ts";

/** An option, for a shell. */
export interface Flag {
  /** As it is typed: `--log-level`. */
  readonly flag: string;
  readonly help: string;
  /** The letter that stands for it: `c` for `-c`. */
  readonly letter?: string | undefined;
  /** What follows it; `undefined` for a switch. */
  readonly value: Value | undefined;
}

/** What follows an option, or stands alone. */
export interface Value {
  /** Its name: `ADDRESS`. */
  readonly placeholder: string;
  /** What it can be, if that can be listed. */
  readonly suggestions: Suggestions | undefined;
}

/** A command, for a shell. */
export interface Completion {
  readonly name: string;
  readonly summary: string;
  /** Its own options, and `--help`. */
  readonly flags: readonly Flag[];
  readonly positional: (Value & { readonly isRepeated: boolean }) | undefined;
}

/** Options in place of a command, and those with a value before one. */
export const PROGRAM_FLAGS: readonly Flag[] = PROGRAM_OPTIONS.map(programFlag);

/** Those that a command follows. */
export const FLAGS_BEFORE_COMMAND: readonly string[] = PROGRAM_FLAGS
  .filter(({ value }) => value !== undefined).map(({ flag }) => flag);

/** What can follow each command, including `help`. */
export function completionTable(commands: readonly Command[]): Completion[] {
  const table = commands.map(({ name, summary, options, positional }) => ({
    name,
    summary,
    flags: [
      ...Object.entries(options).map(([property, option]) => ({
        flag: flagOf(property, option),
        letter: option.letter,
        help: option.help,
        value: option.kind && valueOf(option.kind),
      })),
      programFlag(HELP),
    ],
    positional: positional &&
      { ...valueOf(positional.kind), isRepeated: positional.isRepeated ?? false },
  }));
  const names = commands.map(({ name }) => name);
  const positional = { placeholder: "COMMAND", suggestions: names, isRepeated: false };
  return [...table, {
    name: "help",
    summary: "Show help for a command",
    flags: [programFlag(HELP)],
    positional,
  }];
}

function programFlag({ flag, letter, help, kind }: ProgramOption): Flag {
  return { flag, letter, help, value: kind && valueOf(kind) };
}

function valueOf({ placeholder, suggestions }: ValueKind<unknown>): Value {
  return { placeholder, suggestions };
}
