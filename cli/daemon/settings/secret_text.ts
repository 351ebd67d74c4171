/**
 * Reading files that hold secrets.
 *
 * @module
 */

import { platform } from "../../../ffi/platform.ts";
import type { Log } from "../../../io/log.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { systemFailure } from "../../process/system_failure.ts";

/** The rights of everybody except the file's owner. */
const RIGHTS_OF_OTHERS = 0o077;

/**
 * The same, but the group may read: a service without root cannot read a file of root's in any
 * other way.
 */
const RIGHTS_BEYOND_GROUP = 0o037;

/**
 * Reads a file with secrets, and warns when others may read it too.
 *
 * @param what what it is, as words that follow "Cannot read"
 * @param absent what to say where there is none
 * @throws {CliError} it cannot be read
 */
export function readSecretText(
  what: string,
  path: string,
  log: Log,
  absent = "there is no such file",
): string {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw systemFailure(`Cannot read ${what} ${path}`, error, {
      words: {
        absent,
        denied: "permission is denied. Let this user read it, or run as the file's owner",
      },
      exitCode: ExitCode.CONFIG,
    });
  }
  if (!platform.hasFileModes) return text;
  const { mode, uid } = Deno.statSync(path);
  const tooMany = uid === 0 && Deno.uid() !== 0 ? RIGHTS_BEYOND_GROUP : RIGHTS_OF_OTHERS;
  if (mode !== null && (mode & tooMany) !== 0) {
    log.warn(`Other users than its owner may read or change ${path}: run "chmod 600 ${path}"`);
  }
  return text;
}
