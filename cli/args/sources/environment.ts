/**
 * Options from the environment: `TEREDO_LOG_LEVEL=debug` is `--log-level debug`.
 *
 * @module
 */

import type { Environment } from "../../process/environment.ts";
import { ConfigError } from "../../process/failure.ts";
import type { Command } from "../command.ts";
import { variableName } from "../spelling.ts";
import type { Option } from "../option.ts";
import { type Setting, type Settings, valueMistake } from "../setting.ts";

/** Values of a switch, which is just given or not on the command line. */
const SWITCH_WORDS: ReadonlyMap<string, boolean> = new Map([["true", true], ["false", false]]);

/**
 * Reads the options of a command. An empty variable counts as not set.
 *
 * @throws {ConfigError} with all mistakes
 */
export function readEnvironment({ options }: Command, environment: Environment): Settings {
  const settings = new Map<string, Setting>();
  const mistakes: string[] = [];
  for (const [property, option] of Object.entries(options)) {
    const name = variableName(property);
    const text = environment(name) ?? "";
    if (text === "") continue;
    const value = readValue(option, text);
    if (value !== undefined) settings.set(property, { value, source: "environment" });
    else mistakes.push(`The environment is wrong: ${explain(name, option, text)}`);
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return settings;
}

function readValue({ kind }: Option<unknown>, text: string): unknown {
  return kind === undefined ? SWITCH_WORDS.get(text) : kind.parse(text);
}

function explain(name: string, { kind }: Option<unknown>, text: string): string {
  return kind === undefined
    ? `${name} must be true or false, not "${text}"`
    : valueMistake(name, kind, text);
}
