/**
 * The text of a configuration file.
 *
 * @module
 */

import { ExitCode } from "../../process/exit_code.ts";
import { systemFailure } from "../../process/system_failure.ts";

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
    throw systemFailure(`Cannot read the configuration ${path}`, error, {
      words: {
        denied:
          "permission is denied. Run as root, or let this user read the file and enter its folders",
      },
      exitCode: ExitCode.CONFIG,
    });
  }
}
