/**
 * Settings: options that were given on the command line, in the environment or in a file.
 *
 * @module
 */

import type { Option } from "./option.ts";
import { flagOf, optionName, variableName } from "./spelling.ts";
import type { ValueKind } from "./kinds/value_kind.ts";

/** Where an option was given. */
type Source = "flag" | "environment" | "file";

/** An option that was given. */
export interface Setting {
  readonly value: unknown;
  readonly source: Source;
  /** The file and its line: `client.yaml:3`. */
  readonly place?: string | undefined;
}

/** Options that were given, by property. */
export type Settings = ReadonlyMap<string, Setting>;

/** What options are called in each place. */
const NAMES: Readonly<Record<Source, (property: string, option: Option<unknown>) => string>> = {
  flag: flagOf,
  environment: variableName,
  file: optionName,
};

/** What an option is called in that place. */
export function settingName(source: Source, property: string, option: Option<unknown>): string {
  return NAMES[source](property, option);
}

/** What is wrong with a value: "--port needs a port number from 1 to 65535, not "http"". */
export function valueMistake(name: string, kind: ValueKind<unknown>, given: string): string {
  const remedy = kind.remedy?.(given);
  const what = `${name} needs ${kind.expected}${given === "" ? "" : `, not "${given}"`}`;
  return remedy === undefined ? what : `${what}. ${remedy}`;
}

/** Settings that contradict each other. */
export interface Contradiction {
  /** The properties of the options. */
  readonly between: readonly string[];
  /** Explains it, with the names of the options in the same order. */
  explain(...names: string[]): string;
}

/** Makes a contradiction. */
export function contradiction(
  between: readonly string[],
  explain: (...names: string[]) => string,
): Contradiction {
  return { between, explain };
}
