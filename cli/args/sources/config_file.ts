/**
 * Options from a configuration file, which is YAML: `log-level: debug` is `--log-level debug`.
 *
 *     server: [teredo.example, 203.0.113.1]
 *     port: 40000
 *     default-route: false
 *
 * @module
 */

import { ConfigError } from "../../process/failure.ts";
import type { Command } from "../command.ts";
import type { Option } from "../option.ts";
import { optionName } from "../spelling.ts";
import { type Setting, type Settings, valueMistake } from "../setting.ts";
import { suggest } from "../suggest.ts";
import type { ValueKind } from "../kinds/value_kind.ts";
import { firstLine, isMapping, keyLines, linesOf, parseYaml } from "./yaml.ts";

/** The options that a command's file may set, by their keys. */
export function configKeys({ options }: Command): Map<string, readonly [string, Option<unknown>]> {
  const entries = Object.entries(options).filter(([, option]) => !option.isNoSetting);
  return new Map(entries.map(([property, option]) => [optionName(property), [property, option]]));
}

/**
 * Reads the text of a command's configuration file. An empty file sets nothing.
 *
 * @param path the name of the file, for messages
 * @throws {ConfigError} with all mistakes and their lines
 */
export function parseConfig(command: Command, text: string, path: string): Settings {
  const lines = new Map<string, number>();
  const mistakes: string[] = [];
  for (const { key, line } of keyLines(text)) {
    const first = lines.get(key);
    if (first === undefined) lines.set(key, line);
    else mistakes.push(`Cannot use ${path}:${line}: ${key} is given twice, first in line ${first}`);
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);

  const known = configKeys(command);
  const document = parseMapping(text, path, known);
  const settings = new Map<string, Setting>();
  for (const [key, given] of Object.entries(document)) {
    const line = lines.get(key);
    const place = line === undefined ? path : `${path}:${line}`;
    const [property, option] = known.get(key) ?? [];
    const read = option === undefined ? unknownKey(key, known) : readValue(key, option, given);
    if (typeof read === "string") mistakes.push(`Cannot use ${place}: ${read}`);
    else settings.set(property!, { value: read.value, source: "file", place });
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return settings;
}

/**
 * Reads the outermost mapping.
 *
 * @throws {ConfigError} it is missing, and in which line that shows
 */
function parseMapping(
  text: string,
  path: string,
  known: Pick<ReadonlyMap<string, unknown>, "has">,
): Record<string, unknown> {
  let document: unknown;
  try {
    document = parseYaml(text, path) ?? {};
    if (isMapping(document)) return document;
  } catch (error) {
    throw missingBlank(text, path, known) ?? error;
  }
  throw missingBlank(text, path, known) ??
    new ConfigError(
      `Cannot use ${path}:${firstLine(text)}: it needs lines such as "log-level: info"`,
    );
}

/** The mistake of a line such as `port:40000`, which YAML takes for text or for nonsense. */
function missingBlank(
  text: string,
  path: string,
  known: Pick<ReadonlyMap<string, unknown>, "has">,
): ConfigError | undefined {
  for (const [i, line] of linesOf(text).entries()) {
    const [, key, value] = /^ *([a-z][a-z0-9-]*):(\S.*)$/.exec(line) ?? [];
    if (key === undefined || !known.has(key)) continue;
    return new ConfigError(
      `Cannot use ${path}:${i + 1}: a blank is missing after the colon: "${key}: ${value}"`,
    );
  }
  return undefined;
}

function unknownKey(key: string, known: ReadonlyMap<string, readonly [string, Option<unknown>]>) {
  const positive = key.replace(/^no-/, "");
  const isNegated = positive !== key && known.get(positive)?.[1].kind === undefined;
  const meant = isNegated && known.has(positive)
    ? `"${positive}: false"`
    : suggest(key, known.keys());
  return `there is no setting "${key}"${meant === undefined ? "" : `. Did you mean ${meant}?`}`;
}

/** The value, or what is wrong with it. */
function readValue(
  key: string,
  { kind }: Option<unknown>,
  given: unknown,
): { readonly value: unknown } | string {
  if (given === null) return `${key} has no value: give it one, or remove the line`;
  if (kind === undefined) {
    return typeof given === "boolean"
      ? { value: given }
      : `${key} must be true or false, not ${written(given)}`;
  }
  const text = textOf(given, kind);
  const value = text === undefined ? undefined : kind.parse(text);
  if (value !== undefined) return { value };
  if (text !== undefined) return valueMistake(key, kind, text);
  const remedy = needsQuotes(given, kind)
    ? ". YAML does not read it as text: put it in quotes"
    : "";
  return `${key} needs ${kind.expected}, not ${written(given)}${remedy}`;
}

/** The value as the command line would give it; `undefined` if it has another type. */
function textOf(given: unknown, { notation }: ValueKind<unknown>): string | undefined {
  if (typeof given === "string") return given;
  if (notation === "number" && typeof given === "number") return String(given);
  if (notation !== "list" || !Array.isArray(given)) return undefined;
  return given.every((each) => typeof each === "string") ? given.join() : undefined;
}

/** Whether a value would be right if YAML took it for text. */
function needsQuotes(given: unknown, kind: ValueKind<unknown>): boolean {
  const isScalar = given instanceof Date || /^(?:number|boolean)$/.test(typeof given);
  return isScalar && kind.parse(String(given)) !== undefined;
}

/** A value of a wrong type, for a message. */
function written(given: unknown): string {
  if (Array.isArray(given)) {
    const stranger = given.find((each) => typeof each !== "string");
    return stranger === undefined ? "a list" : `a list with ${written(stranger)} in it`;
  }
  if (isMapping(given)) return "a mapping";
  if (given instanceof Date) return "a date";
  if (given instanceof Uint8Array) return "octets";
  return typeof given === "string" ? `"${given}"` : String(given);
}
