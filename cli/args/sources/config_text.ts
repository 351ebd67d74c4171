/**
 * The text of a configuration file.
 *
 * @module
 */

import { ExitCode } from "../../process/exit_code.ts";
import { privilegedUser } from "../../process/privilege.ts";
import { readSmallFile } from "../../process/small_file.ts";
import { systemFailure } from "../../process/system_failure.ts";

/**
 * Reads a configuration file.
 *
 * @param mustExist whether a missing file is a mistake
 * @returns `undefined` if there is no such file and there need not be
 * @throws {CliError} it cannot be read
 */
export function readConfigText(path: string, mustExist: boolean): string | undefined {
  try {
    return readSmallFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !mustExist) return undefined;
    throw systemFailure(`Cannot read the configuration ${path}`, error, {
      words: {
        denied:
          `permission is denied. Run as ${privilegedUser()}, or let this user read the file and enter its directories`,
      },
      exitCode: ExitCode.CONFIG,
    });
  }
}
