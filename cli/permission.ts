/**
 * What to do when a permission is missing.
 *
 * @module
 */

import { SystemError } from "../ffi/errno.ts";
import { CliError } from "./cli_error.ts";
import { ExitCode } from "./exit_code.ts";

/** A capability of Linux. */
export type Capability = "CAP_NET_ADMIN" | "CAP_NET_RAW";

/**
 * Does something that needs a capability.
 *
 * @throws {CliError} the capability is missing; the message tells the commands that give it
 */
export function withRemedy<T>(capability: Capability, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof SystemError && (error.code === "EPERM" || error.code === "EACCES")) {
      throw explain(error, capability);
    }
    throw error;
  }
}

/** Commands are told only of the executable: of an interpreter, every script would get the right. */
function explain(error: SystemError, capability: Capability): CliError {
  const program = Deno.execPath();
  const commands = Deno.build.standalone
    ? [
      `  sudo ${[program, ...Deno.args].join(" ")}`,
      `  sudo setcap ${capability.toLowerCase()}+ep ${program}`,
    ]
    : [];
  const message = [error.message, ...commands].join("\n");
  return new CliError(message, ExitCode.PERMISSION, { cause: error });
}
