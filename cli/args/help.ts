/**
 * The help, written from the table of commands.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { variableName } from "./spelling.ts";
import type { Option } from "./option.ts";
import { flagOf } from "./spelling.ts";

/** Columns that a line has at most. */
const WIDTH = 100;

/** Terms longer than this have their description on the next line. */
const TERM_WIDTH = 26;

type Row = readonly [term: string, description: string];

/** What `teredo --help` prints. */
export function programHelp(commands: readonly Command[]): string {
  return [
    "Teredo: IPv6 for hosts behind IPv4 NATs (RFC 4380).",
    "",
    "Usage: teredo COMMAND [OPTIONS]",
    "",
    "Commands:",
    ...table(commands.map(({ name, summary }) => [name, summary])),
    "",
    "Options:",
    ...table([["-h, --help", "Print this help"], ["-V, --version", "Print the version"]]),
    "",
    ...examples(commands.flatMap((command) => command.examples.slice(0, 1))),
    "",
    '"teredo help COMMAND" tells more about a command.',
    "",
  ].join("\n");
}

/** What `teredo COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const { positional } = command;
  const options = Object.entries(command.options);
  return [
    `${command.summary}.`,
    "",
    `Usage: ${commandUsage(command)}`,
    ...command.details.flatMap((paragraph) => ["", ...wrap(paragraph, WIDTH)]),
    ...positional
      ? ["", "Arguments:", ...table([[positional.kind.placeholder, positional.help]])]
      : [],
    "",
    "Options:",
    ...table([...options.map(optionRow), ["-h, --help", "Print this help"]]),
    "",
    ...examples(command.examples),
    "",
  ].join("\n");
}

/** How a command is called: `teredo server --primary ADDRESS [OPTIONS]`. */
export function commandUsage({ name, options, positional }: Command): string {
  const words = [`teredo ${name}`];
  for (const [property, option] of Object.entries(options)) {
    const isElsewhere = positional?.standsFor === property;
    if (option.isRequired && !isElsewhere) words.push(optionTerm(property, option));
  }
  words.push("[OPTIONS]");
  if (positional) {
    const { kind: { placeholder }, isRequired, isRepeated } = positional;
    const word = isRepeated ? `${placeholder}...` : placeholder;
    words.push(isRequired ? word : `[${word}]`);
  }
  return words.join(" ");
}

function optionRow([property, option]: [string, Option<unknown>]): Row {
  const notes = optionNotes(property, option);
  const description = notes.length === 0 ? option.help : `${option.help} (${notes.join("; ")})`;
  return [optionTerm(property, option), description];
}

/** What is to be said of an option behind its help. */
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

/** An option as it is typed, with what it takes: `--port PORT`. */
export function optionTerm(property: string, option: Option<unknown>): string {
  const letter = option.letter === undefined ? "" : `-${option.letter}, `;
  const flag = `${letter}${flagOf(property, option)}`;
  return option.kind === undefined ? flag : `${flag} ${option.kind.placeholder}`;
}

function examples(list: Command["examples"]): string[] {
  return ["Examples:", ...list.flatMap(({ line, does }) => [`  teredo ${line}`, `      ${does}`])];
}

function table(rows: readonly Row[]): string[] {
  return rows.flatMap(([term, description]) => {
    const [first = "", ...rest] = wrap(description, WIDTH - TERM_WIDTH);
    const indent = " ".repeat(TERM_WIDTH);
    const head = `  ${term}`;
    const start = head.length < TERM_WIDTH - 1
      ? [head.padEnd(TERM_WIDTH) + first]
      : [head, indent + first];
    return [...start, ...rest.map((line) => indent + line)];
  });
}

/** Text in lines of so many columns at most. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
