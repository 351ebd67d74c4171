/**
 * Example configurations, generated from the table of commands.
 *
 * @module
 */

import type { Command } from "../args/command.ts";
import { configKeys } from "../args/sources/config_file.ts";
import { wrap } from "../text/layout.ts";
import { FOLDERS, pathIn } from "../process/folders.ts";
import { REREADING } from "../process/signals.ts";
import type { Option } from "../args/option.ts";
import { optionName } from "../args/spelling.ts";
import type { ValueKind } from "../args/kinds/value_kind.ts";

/** Columns of a comment. */
const WIDTH = 78;

/** The commands that have a configuration file. */
export function roles(commands: readonly Command[]): Command[] {
  return commands.filter(({ options }) => "config" in options);
}

/** The file of a role, in which every setting is commented out: it changes nothing. */
export function exampleConfig(command: Command): string {
  const { name } = command;
  const file = pathIn(FOLDERS.config, `${name}.yaml`);
  return [
    ...comment(`How "teredo ${name}" runs: ${file}, see teredo.yaml(5)`),
    "#",
    ...comment(
      'Remove the "#" in front of a setting to change it. Flags such as --log-level and ' +
        'variables such as TEREDO_LOG_LEVEL win over this file. "teredo check" shows mistakes in ' +
        `it; ${REREADING}.`,
    ),
    ...Array.from(configKeys(command).values()).flatMap(([property, option]) => [
      "",
      ...comment(`${option.settingHelp ?? option.help}.`),
      ...comment(defaultOf(option)),
      `#${exampleLine(property, option)}`,
    ]),
    "",
  ].join("\n");
}

/** A setting at its default, or at an example if it has no default: `port: 40000`. */
export function exampleLine(property: string, { kind, fallback, fallbackText }: Option<unknown>) {
  const value = kind === undefined
    ? fallback
    : valueOf(kind, fallback === undefined ? kind.example ?? kind.placeholder : fallbackText!);
  return `${optionName(property)}: ${scalar(value)}`;
}

/** Words that some YAML parser takes for something other than text. */
const AMBIGUOUS = /^(on|off|yes|no|y|n|true|false|null|\d+(\.\d*)?)$/i;

/** Plain if every parser reads it as text, otherwise quoted. */
function scalar(value: unknown): string {
  if (typeof value !== "string") return String(value);
  return /^[\w./-]+$/.test(value) && !AMBIGUOUS.test(value) ? value : JSON.stringify(value);
}

function valueOf({ notation }: ValueKind<unknown>, text: string): unknown {
  return notation === "number" && /^\d+$/.test(text) ? Number(text) : text;
}

function defaultOf({ kind, isRequired, fallback, fallbackText }: Option<unknown>): string {
  const choice = kind?.expected.startsWith("one of") ? `; ${kind.expected}` : "";
  if (isRequired) return `Required${choice}`;
  return `Default: ${
    fallbackText ?? (fallback === undefined ? "none" : String(fallback))
  }${choice}`;
}

function comment(text: string): string[] {
  return wrap(text, WIDTH).map((line) => `# ${line}`);
}
