/**
 * Options of the program, given instead of a command or before one.
 *
 * @module
 */

import { FILE, type ValueKind } from "./kinds/value_kind.ts";

/** An option of the program. */
export interface ProgramOption {
  /** As it is typed: `--version`. */
  readonly flag: string;
  /** The letter that stands for it: `V` for `-V`. */
  readonly letter?: string;
  /** One sentence for the help, without a full stop. */
  readonly help: string;
  /** The kind of its value; a command follows then. Without one, it replaces a command. */
  readonly kind?: ValueKind<string>;
}

/** Every command has it too. */
export const HELP: ProgramOption = { flag: "--help", letter: "h", help: "Print this help" };

/** Appends messages to a file, for service managers that have no log. */
export const LOG_FILE: ProgramOption = {
  flag: "--log-file",
  help: "Append the command's messages to a file instead of the standard error stream",
  kind: FILE,
};

/** All of them, in the order of the help. */
export const PROGRAM_OPTIONS: readonly ProgramOption[] = [
  HELP,
  { flag: "--version", letter: "V", help: "Print the version" },
  LOG_FILE,
];

/** An option as it is typed: `-h, --help`. */
export function programTerm({ flag, letter }: ProgramOption): string {
  return letter === undefined ? flag : `-${letter}, ${flag}`;
}

/** What follows an option: `FILE COMMAND ...`. */
export function programOperands({ kind }: ProgramOption): string {
  return kind === undefined ? "" : `${kind.placeholder} COMMAND ...`;
}
