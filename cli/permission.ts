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

function explain(error: SystemError, capability: Capability): CliError {
  const lines = [error.message, "  sudo teredo …"];
  // Of an interpreter, every other script would inherit the capability.
  if (Deno.build.standalone) {
    lines.push(`  sudo setcap ${capability.toLowerCase()}+ep ${Deno.execPath()}`);
  }
  return new CliError(lines.join("\n"), ExitCode.PERMISSION, { cause: error });
}
