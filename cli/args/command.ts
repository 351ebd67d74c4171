/**
 * Commands: one table for parsing arguments, writing help and explaining mistakes.
 *
 * @module
 */

import type { ProcessContext } from "../process/process_context.ts";
import type { Options, Values } from "./option.ts";
import type { Precondition } from "./precondition.ts";
import type { Contradiction } from "./setting.ts";
import type { ValueKind } from "./kinds/value_kind.ts";

/** What a command takes besides options: one argument, or several of the same kind. */
export interface Positional {
  readonly kind: ValueKind<string>;
  readonly help: string;
  readonly isRequired: boolean;
  /** How the arguments are written in the usage; as the kind's placeholder unless given. */
  readonly usage?: string;
  /** Whether there may be more than one; false unless given. */
  readonly isRepeated?: boolean;
  /** The option that it stands for, by its property. The command only sees that option. */
  readonly standsFor?: string;
}

/** An example of a command line. */
interface Example {
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
  /** Paragraphs for the help of this command. */
  readonly details: readonly string[];
  readonly positional: Positional | undefined;
  readonly options: O;
  readonly examples: readonly Example[];
  /** Finds settings that contradict each other. */
  contradiction?(values: Values<O>): Contradiction | undefined;
  /** What it checks before it starts, beyond its values. It is loaded only when needed. */
  preconditions?(): Promise<readonly Precondition<Values<O>>[]>;
  /**
   * Runs the command until it is done or the context's signal aborts.
   *
   * @param reread reads the values again, from the environment and the file as they are then;
   * throws what is wrong with them
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
