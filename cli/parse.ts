/**
 * Arguments of a command, read strictly: what is not understood is an error that says what was meant.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "./cli_error.ts";
import type { Command } from "./command.ts";
import { flagOf, type Option, optionName } from "./option.ts";
import { suggest } from "./suggest.ts";
import type { ValueKind } from "./value_kind.ts";

/** What was asked of a command. */
export type Request =
  | { readonly type: "help" }
  | {
    readonly type: "run";
    readonly values: Record<string, unknown>;
    readonly positional: readonly string[];
  };

/**
 * Reads the arguments behind a command's name.
 *
 * @throws {UsageError} they are wrong
 */
export function parseCommandLine(command: Command, args: readonly string[]): Request {
  const parsed = parseArgs(args, parserOptions(command, args));
  if (parsed["help"]) return { type: "help" };
  const values: Record<string, unknown> = {};
  for (const [property, option] of Object.entries(command.options)) {
    const given = parsed[optionName(property)];
    values[property] = readOption(command, property, option, given);
  }
  return { type: "run", values, positional: readPositional(command, parsed._) };
}

function parserOptions(command: Command, args: readonly string[]) {
  const entries = Object.entries(command.options);
  const names = (isWanted: (option: Option<unknown>) => boolean) =>
    entries.filter(([, option]) => isWanted(option)).map(([property]) => optionName(property));
  const valued = names((option) => option.kind !== undefined);
  const switches = names((option) => option.kind === undefined);
  const negatable = names((option) => option.fallback === true);
  const negated = negatable.map((name) => `no-${name}`);
  refuseValues(command, [...switches, ...negated, "help"], args);
  return {
    string: [...valued, "_"],
    boolean: [...switches, "help"],
    // Values are collected only to notice that an option is given twice.
    collect: valued,
    negatable,
    default: Object.fromEntries(negatable.map((name) => [name, true])),
    alias: { help: "h" },
    unknown(arg: string, key?: string): boolean {
      if (key !== undefined) throw unknownOption(command, arg);
      return true;
    },
  };
}

function unknownOption(command: Command, arg: string): UsageError {
  const flag = arg.split("=")[0]!;
  const flags = Object.entries(command.options).map(([property, option]) =>
    flagOf(property, option)
  );
  const meant = suggest(flag, [...flags, "--help"]);
  const hint = meant === undefined ? "" : `. Did you mean ${meant}?`;
  return new UsageError(`Unknown option ${flag}${hint}`, command.name);
}

/** A switch has no value; the parser would take `--json=yes` and even `--json=no` for "on". */
function refuseValues(command: Command, switches: readonly string[], args: readonly string[]) {
  for (const arg of args) {
    if (arg === "--") return;
    const name = /^--(.+?)=/.exec(arg)?.[1];
    if (name !== undefined && switches.includes(name)) {
      throw new UsageError(`--${name} takes no value: write --${name} alone`, command.name);
    }
  }
}

function readOption(
  command: Command,
  property: string,
  option: Option<unknown>,
  given: unknown,
): unknown {
  const flag = flagOf(property, option);
  if (option.kind === undefined) return given;
  const texts = given as string[];
  if (texts.length > 1) throw new UsageError(`${flag} is given twice`, command.name);
  if (texts.length === 1) return readValue(command, flag, option.kind, texts[0]!);
  if (!option.isRequired) return option.fallback;
  const { expected } = option.kind;
  throw new UsageError(`"teredo ${command.name}" needs ${flag}, ${expected}`, command.name);
}

function readPositional(command: Command, given: readonly (string | number)[]): string[] {
  const { positional } = command;
  const texts = given.map(String);
  const most = positional === undefined ? 0 : positional.isRepeated ? Infinity : 1;
  if (texts.length > most) {
    throw new UsageError(`Unexpected argument "${texts[most]}"`, command.name);
  }
  if (positional === undefined) return [];
  const { kind, isRequired } = positional;
  if (isRequired && texts.length === 0) {
    throw new UsageError(`"teredo ${command.name}" needs ${kind.expected}`, command.name);
  }
  return texts.map((each) => readValue(command, kind.placeholder, kind, each));
}

function readValue<T>(command: Command, what: string, kind: ValueKind<T>, given: string): T {
  const value = kind.parse(given);
  if (value !== undefined) return value;
  const instead = given === "" ? "" : `, not "${given}"`;
  throw new UsageError(`${what} needs ${kind.expected}${instead}`, command.name);
}
