/**
 * Commands: one table from which arguments are parsed, help is written and mistakes are explained.
 *
 * @module
 */

import type { ProcessContext } from "../process/process_context.ts";
import type { Options, Values } from "./option.ts";
import type { Contradiction } from "./setting.ts";
import type { ValueKind } from "./kinds/value_kind.ts";

/** What a command takes that is not an option: one argument, or several of a kind. */
export interface Positional {
  readonly kind: ValueKind<string>;
  readonly help: string;
  readonly isRequired: boolean;
  /** Whether there may be more than one; unless given, no. */
  readonly isRepeated?: boolean;
  /** The option that it stands for, by its property; the command sees that one only. */
  readonly standsFor?: string;
}

/** A command line to learn from. */
export interface Example {
  /** What is typed, without the program's name. */
  readonly line: string;
  /** What it does. */
  readonly does: string;
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
  /** Finds settings that contradict each other. */
  contradiction?(values: Values<O>): Contradiction | undefined;
  /**
   * Does it, until it is done or the context's signal aborts.
   *
   * @param reread the values anew, as the environment and the file are by now; throws what is wrong with
   * them
   * @throws {CliError} with the exit code and a message
   */
  run(
    values: Values<O>,
    positional: readonly string[],
    context: ProcessContext,
    reread: () => Promise<Values<O>>,
  ): void | Promise<void>;
}

/** Checks a command's definition, and infers the types of its options. */
export function command<const O extends Options>(definition: Command<O>): Command {
  return definition;
}
