/**
 * What is said where nothing runs that could be asked.
 *
 * @module
 */

import { CliError } from "../process/failure.ts";
import { ExitCode } from "../process/exit_code.ts";

/** An error that says so. */
export function notRunning(
  reason: string,
  remedy = "Start it, or name its socket with --control",
): CliError {
  return new CliError(`Teredo does not run here: ${reason}. ${remedy}`, ExitCode.NOT_RUNNING);
}
