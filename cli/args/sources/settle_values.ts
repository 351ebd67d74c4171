/**
 * The values that a command runs with: flags override the environment, which overrides the file,
 * which overrides the defaults.
 *
 * @module
 */

import { pathIn } from "../../process/folders.ts";
import { type CliError, ConfigError, UsageError } from "../../process/failure.ts";
import type { Environment } from "../../process/environment.ts";
import type { ProcessContext } from "../../process/process_context.ts";
import type { Command } from "../command.ts";
import { checkPreconditions } from "../precondition.ts";
import { readConfigText } from "./config_text.ts";
import { readEnvironment } from "./environment.ts";
import { flagOf, optionName } from "../spelling.ts";
import type { Option } from "../option.ts";
import { settingName, type Settings } from "../setting.ts";

/** A value for each option of a command. */
export type SettledValues = Record<string, unknown>;

/** Values, and where those that were given come from. */
interface Settled {
  readonly values: SettledValues;
  readonly settings: Settings;
}

/**
 * Settles the values of all options.
 *
 * @param flags what the command line gives
 * @throws {UsageError} the command line is incomplete, or contradicts itself
 * @throws {ConfigError} the environment or the file is wrong
 */
export async function settleValues(
  command: Command,
  flags: Settings,
  context: Pick<ProcessContext, "environment" | "configFolder">,
): Promise<Settled> {
  const environment = readEnvironment(command, context.environment);
  const given = new Map([...environment, ...flags]);
  const file = await readFile(command, given, context.configFolder);
  const settings = new Map([...file.settings ?? [], ...given]);
  const [lacking] = lackingOf(command, settings);
  if (lacking !== undefined) throw incomplete(command, lacking, file);
  const values = valuesOf(command, settings);
  const failure = findContradiction(command, settings, values);
  if (failure !== undefined) throw failure;
  return { values, settings };
}

/**
 * Checks a file as if the command had only this file and the environment, with all that the command
 * checks before it starts.
 *
 * @throws {CliError} what is wrong
 */
export async function checkFile(
  command: Command,
  path: string,
  environment: Environment,
): Promise<void> {
  const file = await parse(command, readConfigText(path, true)!, path);
  const settings = new Map([...file, ...readEnvironment(command, environment)]);
  const lacking = lackingOf(command, settings).map(([property, option]) =>
    `Cannot use ${path}: it needs ${optionName(property)}, ${option.kind!.expected}`
  );
  if (lacking.length > 0) throw new ConfigError(lacking);
  const values = valuesOf(command, settings);
  const failure = findContradiction(command, settings, values);
  if (failure !== undefined) throw failure;
  await checkPreconditions(await command.preconditions?.() ?? [], values, settings);
}

/**
 * Whether a file sets nothing, like those of packages before somebody changes them.
 *
 * @throws {CliError} it cannot be read, or is wrong
 */
export async function setsNothing(command: Command, path: string): Promise<boolean> {
  return (await parse(command, readConfigText(path, true)!, path)).size === 0;
}

/**
 * The settings in the usual configuration file of a command; none without the file.
 *
 * @throws {CliError} the file is wrong
 */
export async function fileSettings(command: Command, folder: string): Promise<Settings> {
  return (await readFile(command, new Map(), folder)).settings ?? new Map();
}

/** The usual configuration file of a command; `undefined` if it has none. */
export function defaultConfigFile({ name, options }: Command, folder: string): string | undefined {
  return "config" in options ? pathIn(folder, `${name}.yaml`) : undefined;
}

/** A configuration file that a command may have. */
interface ReadFile {
  /** Where it is, or would be; `undefined` if the command has none. */
  readonly path: string | undefined;
  /** What it sets; `undefined` if there is no file. */
  readonly settings: Settings | undefined;
}

async function readFile(command: Command, given: Settings, folder: string): Promise<ReadFile> {
  const named = given.get("config")?.value as string | undefined;
  const path = named ?? defaultConfigFile(command, folder);
  const text = path === undefined ? undefined : readConfigText(path, named !== undefined);
  return { path, settings: text === undefined ? undefined : await parse(command, text, path!) };
}

/**
 * A required option is missing. A file that is there should have it; without one, the command line
 * should.
 */
function incomplete(
  command: Command,
  [property, option]: [string, Option<unknown>],
  { path, settings }: ReadFile,
): CliError {
  const flag = flagOf(property, option);
  const text = `"teredo ${command.name}" needs ${flag}, ${option.kind!.expected}`;
  if (path === undefined) return new UsageError(text, command.name);
  const remedy = `Give it, or set ${optionName(property)} in ${path}`;
  return settings === undefined
    ? new UsageError(`${text}. ${remedy}`, command.name)
    : new ConfigError(`${text}. ${remedy}`);
}

/** Most runs have no file, so the YAML parser is loaded only when needed. */
async function parse(command: Command, text: string, path: string): Promise<Settings> {
  const { parseConfig } = await import("./config_file.ts");
  return parseConfig(command, text, path);
}

function lackingOf({ options }: Command, settings: Settings) {
  return Object.entries(options)
    .filter(([property, { isRequired }]) => isRequired && !settings.has(property));
}

function valuesOf({ options }: Command, settings: Settings): SettledValues {
  return Object.fromEntries(
    Object.entries(options).map(([property, { fallback }]) => {
      const setting = settings.get(property);
      return [property, setting === undefined ? fallback : setting.value];
    }),
  );
}

/**
 * The error about settings that contradict each other, by the names under which they were given.
 */
function findContradiction(
  command: Command,
  settings: Settings,
  values: SettledValues,
): CliError | undefined {
  const found = command.contradiction?.(values);
  if (found === undefined) return undefined;
  const involved = found.between.flatMap((property) => settings.get(property) ?? []);
  const { source, place } = involved[0] ?? { source: "flag", place: undefined };
  const names = found.between.map((property) =>
    settingName(settings.get(property)?.source ?? source, property, command.options[property]!)
  );
  const text = found.explain(...names);
  if (involved.some((setting) => setting.source === "flag")) {
    return new UsageError(text, command.name);
  }
  return new ConfigError(`${place ? `Cannot use ${place}` : "The environment is wrong"}: ${text}`);
}
