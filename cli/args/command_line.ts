/**
 * The arguments of a command, read strictly: whatever is not understood is an error that suggests
 * what was meant.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../process/failure.ts";
import type { Command, Positional } from "./command.ts";
import type { Option } from "./option.ts";
import { flagOf, optionName } from "./spelling.ts";
import { type Setting, type Settings, valueMistake } from "./setting.ts";
import { suggest } from "./suggest.ts";
import type { ValueKind } from "./kinds/value_kind.ts";

/** What the arguments ask for. */
type ParsedArguments =
  | { readonly type: "help" }
  | {
    readonly type: "run";
    /** The options that were given. */
    readonly flags: Settings;
    readonly positional: readonly string[];
  };

/**
 * Reads the arguments that follow a command's name.
 *
 * @throws {UsageError} they are wrong
 */
export function parseCommandLine(command: Command, args: readonly string[]): ParsedArguments {
  const parsed = parseArgs(args, parserOptions(command, args));
  // The letter of this name, which hides among others, as in "-h_".
  if (!Array.isArray(parsed._)) throw unknownOption(command, "-_");
  if (parsed["help"]) return { type: "help" };
  const flags = new Map<string, Setting>();
  for (const [property, option] of Object.entries(command.options)) {
    const value = readOption(command, property, option, parsed[optionName(property)]);
    if (value !== undefined) flags.set(property, { value, source: "flag" });
  }
  const positional = readPositional(command, parsed._);
  const meant = command.positional?.standsFor;
  if (meant === undefined || positional.length === 0) return { type: "run", flags, positional };
  const value = readInstead(command, command.positional!, flags.has(meant), positional);
  flags.set(meant, { value, source: "flag" });
  return { type: "run", flags, positional: [] };
}

function parserOptions(command: Command, args: readonly string[]) {
  const entries = Object.entries(command.options);
  const names = (isWanted: (option: Option<unknown>) => boolean) =>
    entries.filter(([, option]) => isWanted(option)).map(([property]) => optionName(property));
  const valued = names((option) => option.kind !== undefined);
  const switches = names((option) => option.kind === undefined);
  const negatable = names((option) => option.fallback === true);
  const negated = negatable.map((name) => `no-${name}`);
  refuseCollector(command, args);
  refuseValues(command, [...switches, ...negated, "help"], args);
  return {
    string: [...valued, "_"],
    boolean: [...switches, "help"],
    // All values are collected, to notice an option that is given twice.
    collect: valued,
    negatable,
    // A switch that is not given is neither on nor off: the environment or a file may set it.
    default: Object.fromEntries(switches.map((name) => [name, null])),
    alias: { help: "h", ...letters(command) },
    unknown(arg: string, key?: string): boolean {
      if (key !== undefined) throw unknownOption(command, arg);
      return true;
    },
  };
}

/** The letters that stand for options, by the options' names. */
function letters({ options }: Command): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([property, { letter }]) =>
      letter === undefined ? [] : [[optionName(property), letter]]
    ),
  );
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

/** The parser gathers arguments under this name, and would mistake an option for them. */
function refuseCollector(command: Command, args: readonly string[]): void {
  const end = args.indexOf("--");
  const arg = args.slice(0, end < 0 ? args.length : end).find((each) => /^--?_(=|$)/.test(each));
  if (arg !== undefined) throw unknownOption(command, arg);
}

/** Switches have no values. The parser would take `--json=yes`, and even `--json=no`, for "on". */
function refuseValues(command: Command, switches: readonly string[], args: readonly string[]) {
  for (const arg of args) {
    if (arg === "--") return;
    const name = /^--(.+?)=/.exec(arg)?.[1];
    if (name !== undefined && switches.includes(name)) {
      throw new UsageError(`--${name} takes no value: write just --${name}`, command.name);
    }
  }
}

/** The value of an option; `undefined` if it is not given. */
function readOption(
  command: Command,
  property: string,
  option: Option<unknown>,
  given: unknown,
): unknown {
  if (option.kind === undefined) return given ?? undefined;
  const flag = flagOf(property, option);
  // The parser turns "true" and "false" into booleans.
  const texts = (given as unknown[]).map(String);
  if (texts.length > 1) throw new UsageError(`${flag} is given twice`, command.name);
  return texts.length === 0 ? undefined : readValue(command, flag, option.kind, texts[0]!);
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

/** The value of the option that the arguments stand for. */
function readInstead(
  command: Command,
  { kind: { placeholder }, standsFor }: Positional,
  isGiven: boolean,
  texts: readonly string[],
): unknown {
  const option = command.options[standsFor!]!;
  const flag = flagOf(standsFor!, option);
  if (isGiven) throw new UsageError(`${flag} is given twice: also as ${placeholder}`, command.name);
  return readValue(command, flag, option.kind!, texts.join());
}

function readValue<T>(command: Command, what: string, kind: ValueKind<T>, given: string): T {
  const value = kind.parse(given);
  if (value !== undefined) return value;
  throw new UsageError(valueMistake(what, kind, given), command.name);
}
