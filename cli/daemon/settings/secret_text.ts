/**
 * Files with secrets in them.
 *
 * @module
 */

import type { Log } from "../../../io/log.ts";
import { CliError } from "../../process/failure.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { reasonOf } from "../../../reason.ts";

/** The rights of others than the file's owner. */
const RIGHTS_OF_OTHERS = 0o077;

/** The same where the group may read: a service without root gets at a file of root's in no other way. */
const RIGHTS_BEYOND_GROUP = 0o037;

/**
 * Reads a file with secrets, and warns when others may read it too.
 *
 * @param what what it is, to be read after "Cannot read"
 * @throws {CliError} it cannot be read
 */
export function readSecretText(what: string, path: string, log: Log): string {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw explain(error, `Cannot read ${what} ${path}`);
  }
  const { mode, uid } = Deno.statSync(path);
  const tooMany = uid === 0 && Deno.uid() !== 0 ? RIGHTS_BEYOND_GROUP : RIGHTS_OF_OTHERS;
  if (mode !== null && (mode & tooMany) !== 0) {
    log.warn(`Others than its owner may read or change ${path}: run "chmod 600 ${path}"`);
  }
  return text;
}

function explain(error: unknown, attempt: string): CliError {
  if (error instanceof Deno.errors.NotFound) {
    return new CliError(`${attempt}: there is no such file`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new CliError(
      `${attempt}: this user may not. Let it, or run as the file's owner`,
      ExitCode.PERMISSION,
    );
  }
  if (error instanceof Deno.errors.IsADirectory) {
    return new CliError(`${attempt}: it is a directory`);
  }
  return new CliError(`${attempt}: ${reasonOf(error)}`);
}
