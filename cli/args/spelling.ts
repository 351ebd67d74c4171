/**
 * What an option is called: on the command line, in the environment and in a configuration file.
 *
 *     logLevel   --log-level   TEREDO_LOG_LEVEL   log-level:
 *
 * @module
 */

import { hyphenated } from "../text/hyphenated.ts";
import type { Option } from "./option.ts";

/** `logLevel` in words with hyphens: `log-level`. Configuration files call it so. */
export function optionName(property: string): string {
  return hyphenated(property);
}

/**
 * What a person types to change an option from its default: `--log-level`, `--no-default-route`.
 */
export function flagOf(property: string, option: Pick<Option<unknown>, "fallback">): string {
  return option.fallback === true ? `--no-${optionName(property)}` : `--${optionName(property)}`;
}

/** What every variable that sets an option begins with. */
export const VARIABLE_PREFIX = "TEREDO_";

/** `logLevel` as a variable: `TEREDO_LOG_LEVEL`. */
export function variableName(property: string): string {
  return VARIABLE_PREFIX + optionName(property).replaceAll("-", "_").toUpperCase();
}
