/**
 * The text of a configuration file.
 *
 * @module
 */

import { CliError, ConfigError } from "../../process/failure.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { reasonOf } from "../../../reason.ts";

/**
 * Reads a configuration file.
 *
 * @returns `undefined` where there is no such file and none is insisted on
 * @throws {CliError} it cannot be read
 */
export function readConfigText(path: string, isInsistedOn: boolean): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !isInsistedOn) return undefined;
    throw explain(error, `Cannot read the configuration ${path}`);
  }
}

function explain(error: unknown, attempt: string): CliError {
  if (error instanceof Deno.errors.NotFound) {
    return new ConfigError(`${attempt}: there is no such file`);
  }
  if (error instanceof Deno.errors.IsADirectory) {
    return new ConfigError(`${attempt}: it is a directory`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    const remedy = "Run as root, or let this user read the file and enter its folders";
    return new CliError(`${attempt}: permission is denied. ${remedy}`, ExitCode.PERMISSION);
  }
  return new ConfigError(`${attempt}: ${reasonOf(error)}`);
}
