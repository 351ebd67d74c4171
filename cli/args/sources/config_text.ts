/**
 * The text of a configuration file.
 *
 * @module
 */

import { fileAccess } from "../../../ffi/open_file_access.ts";
import { CliError, DeniedConfig } from "../../process/failure.ts";
import { folderOf } from "../../process/folders.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { privilegedUser } from "../../process/privilege.ts";
import { readSmallFile } from "../../process/small_file.ts";
import { systemFailure } from "../../process/system_failure.ts";

/**
 * Reads a configuration file.
 *
 * @param mustExist whether a missing file is a mistake
 * @returns `undefined` if there is no such file and there need not be
 * @throws {CliError} it cannot be read, or nobody named it and a stranger may have put it there
 */
export function readConfigText(path: string, mustExist: boolean): string | undefined {
  if (!mustExist) refuseForged(path);
  try {
    return readSmallFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !mustExist) return undefined;
    const failure = systemFailure(`Cannot read the configuration ${path}`, error, {
      words: {
        denied:
          `permission is denied. Run as ${privilegedUser()}, or let this user read the file and ` +
          "enter its directories",
      },
      exitCode: ExitCode.CONFIG,
    });
    if (failure.exitCode !== ExitCode.PERMISSION) throw failure;
    throw new DeniedConfig(failure.message, path, { cause: error });
  }
}

/** A file in the usual place could name a program to run, with the rights of this user. */
function refuseForged(path: string): void {
  const access = fileAccess();
  if (!exists(path) || !access.isForgeable(path)) return;
  throw new CliError(
    `Cannot use ${path}: it or its folder belongs to another user, and may change at any time. ` +
      `Remove it; or, if it is right, as ${privilegedUser()}: ` +
      `${access.ownCommand(folderOf(path))}`,
    ExitCode.CONFIG,
  );
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
