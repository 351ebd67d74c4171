/**
 * The help, written from the table of commands.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { describedTerm, wrap } from "../text/layout.ts";
import type { Option } from "./option.ts";
import {
  HELP,
  PROGRAM_OPTIONS,
  programOperands,
  type ProgramOption,
  programTerm,
} from "./program_options.ts";
import { flagOf, variableName } from "./spelling.ts";

/** Columns of the widest lines: longer ones are hard to read. */
const MAX_WIDTH = 100;

/** The column at which descriptions begin: behind the longest term that leaves them enough room. */
const MIN_DESCRIPTION_COLUMN = 6;
const MAX_DESCRIPTION_COLUMN = 26;

type Row = readonly [term: string, description: string];

/** What `teredo --help` prints, in lines of at most `width` columns. */
export function programHelp(commands: readonly Command[], width: number): string {
  const columns = Math.min(width, MAX_WIDTH);
  return [
    "Teredo: IPv6 for hosts behind IPv4 NATs (RFC 4380).",
    "",
    "Usage: teredo COMMAND [OPTIONS]",
    "",
    "Commands:",
    ...table(commands.map(({ name, summary }) => [name, summary]), columns),
    "",
    "Options:",
    ...table(PROGRAM_OPTIONS.map(programRow), columns),
    "",
    ...examples(commands.flatMap((command) => command.examples.slice(0, 1)), columns),
    "",
    'Run "teredo help COMMAND" for more about a command.',
    "",
  ].join("\n");
}

/** What `teredo COMMAND --help` prints, in lines of at most `width` columns. */
export function commandHelp(command: Command, width: number): string {
  const columns = Math.min(width, MAX_WIDTH);
  const { positional } = command;
  const options = Object.entries(command.options);
  return [
    ...wrap(`${command.summary}.`, columns),
    "",
    ...wrap(`Usage: ${commandUsage(command)}`, columns, 7),
    ...command.details.flatMap((paragraph) => ["", ...wrap(paragraph, columns)]),
    ...positional
      ? ["", "Arguments:", ...table([[positional.kind.placeholder, positional.help]], columns)]
      : [],
    "",
    "Options:",
    ...table([...options.map(optionRow), programRow(HELP)], columns),
    "",
    ...examples(command.examples, columns),
    "",
  ].join("\n");
}

/** The usage of a command: `teredo server --primary ADDRESS [OPTIONS]`. */
export function commandUsage({ name, options, positional }: Command): string {
  const words = [`teredo ${name}`];
  for (const [property, option] of Object.entries(options)) {
    const isElsewhere = positional?.standsFor === property;
    if (option.isRequired && !isElsewhere) words.push(optionTerm(property, option));
  }
  words.push("[OPTIONS]");
  if (positional) {
    const { kind: { placeholder }, usage, isRequired, isRepeated } = positional;
    const word = usage ?? (isRepeated ? `${placeholder}...` : placeholder);
    words.push(isRequired ? word : `[${word}]`);
  }
  return words.join(" ");
}

function programRow(option: ProgramOption): Row {
  return [`${programTerm(option)} ${programOperands(option)}`.trimEnd(), option.help];
}

function optionRow([property, option]: [string, Option<unknown>]): Row {
  const notes = optionNotes(property, option);
  const description = notes.length === 0 ? option.help : `${option.help} (${notes.join("; ")})`;
  return [optionTerm(property, option), description];
}

/** Notes that follow the help of an option. */
export function optionNotes(
  property: string,
  { isRequired, fallback, fallbackText, kind }: Option<unknown>,
): string[] {
  const notes: string[] = [];
  if (kind?.expected.startsWith("one of")) notes.push(kind.expected);
  if (isRequired) notes.push("required");
  if (fallbackText !== undefined) notes.push(`default: ${fallbackText}`);
  const variable = variableName(property);
  notes.push(kind === undefined ? `${variable}=${fallback !== true}` : variable);
  return notes;
}

/** An option as it is typed, with its value: `--port PORT`. */
export function optionTerm(property: string, option: Option<unknown>): string {
  const letter = option.letter === undefined ? "" : `-${option.letter}, `;
  const flag = `${letter}${flagOf(property, option)}`;
  return option.kind === undefined ? flag : `${flag} ${option.kind.placeholder}`;
}

function examples(list: Command["examples"], width: number): string[] {
  return [
    "Examples:",
    ...list.flatMap(({ line, does }) => [
      ...commandLines(`teredo ${line}`, width),
      ...wrap(`      ${does}`, width, 6),
    ]),
  ];
}

/** A command line to copy: continued by a backslash, as shells read it. */
function commandLines(line: string, width: number): string[] {
  const lines = wrap(`  ${line}`, width - " \\".length, 6);
  return lines.map((each, i) => i < lines.length - 1 ? `${each} \\` : each);
}

function table(rows: readonly Row[], width: number): string[] {
  const terms = rows.map(([term]) => term.length + 4).filter((end) =>
    end <= MAX_DESCRIPTION_COLUMN
  );
  const column = Math.max(MIN_DESCRIPTION_COLUMN, ...terms);
  return rows.flatMap(([term, description]) =>
    describedTerm(`  ${term}`, description, column, width)
  );
}
