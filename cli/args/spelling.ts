/**
 * What options are called in the environment.
 *
 * @module
 */

import { optionName } from "./option.ts";

/** `logLevel` as a variable: `TEREDO_LOG_LEVEL`. */
export function environmentName(property: string): string {
  return `TEREDO_${optionName(property).replaceAll("-", "_").toUpperCase()}`;
}
