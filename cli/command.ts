/**
 * Commands: one table from which arguments are parsed, help is written and mistakes are explained.
 *
 * @module
 */

import type { Options, Values } from "./option.ts";
import type { ValueKind } from "./value_kind.ts";

/** What a command takes that is not an option: one argument, or several of a kind. */
export interface Positional {
  readonly kind: ValueKind<string>;
  readonly help: string;
  readonly isRequired: boolean;
  /** Whether there may be more than one; unless given, no. */
  readonly isRepeated?: boolean;
}

/** A command line to learn from. */
export interface Example {
  /** What is typed, without the program's name. */
  readonly line: string;
  /** What it does. */
  readonly does: string;
}

/** Where a command writes, and what tells it to end. */
export interface Surroundings {
  /** Writes to the standard output. */
  print(text: string): void;
  /** Writes to the standard error stream. */
  complain(text: string): void;
  /** Aborts when a person or the system wants the program to end. */
  readonly signal: AbortSignal;
}

/** A command of the program. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  /** One sentence without a full stop. */
  readonly summary: string;
  /** Paragraphs for its own help. */
  readonly details: readonly string[];
  readonly positional: Positional | undefined;
  readonly options: O;
  readonly examples: readonly Example[];
  /**
   * Does it, until it is done or the surroundings' signal aborts.
   *
   * @throws {CliError} with the exit code and a message
   */
  run(
    values: Values<O>,
    positional: readonly string[],
    surroundings: Surroundings,
  ): void | Promise<void>;
}

/** Checks a command's definition, and infers the types of its options. */
export function command<const O extends Options>(definition: Command<O>): Command {
  return definition;
}
