/**
 * The error of a command that finds nothing to ask.
 *
 * @module
 */

import { CliError } from "../process/failure.ts";
import { ExitCode } from "../process/exit_code.ts";

/** Nothing is running that could be asked. */
export function notRunning(
  reason: string,
  remedy = "Start it, or name its socket with --control",
): CliError {
  return new CliError(`Teredo is not running here: ${reason}. ${remedy}`, ExitCode.NOT_RUNNING);
}
