/**
 * Reading files that hold secrets.
 *
 * @module
 */

import { fileAccess } from "../../../ffi/open_file_access.ts";
import type { Log } from "../../../io/log.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { absolutePath } from "../../process/folders.ts";
import { type FileLength, readSmallFile } from "../../process/small_file.ts";
import { systemFailure } from "../../process/system_failure.ts";

/** What is known about a file, and what to say if it can't be read. */
interface SecretAdvice {
  /** What to say if there is no such file. */
  readonly absent?: string;
  /** What to do where permission is denied; undefined for the usual advice. */
  howToLetRead?(path: string): string | undefined;
  /** How long it may be; undefined for the usual length. */
  readonly length?: FileLength;
}

const LET_READ = "Let this user read it, or run as the file's owner";

/**
 * Reads a file with secrets, and warns when others may read it too.
 *
 * @param what what it is, as words that follow "Cannot read"
 * @throws {CliError} it cannot be read
 */
export function readSecretText(
  what: string,
  path: string,
  log: Log,
  { absent = "there is no such file", howToLetRead = () => undefined, length }: SecretAdvice = {},
): string {
  let text: string;
  try {
    text = readSmallFile(path, length);
  } catch (error) {
    throw systemFailure(`Cannot read ${what} ${path}`, error, {
      words: {
        absent,
        denied: `permission is denied. ${howToLetRead(path) ?? LET_READ}`,
      },
      exitCode: ExitCode.CONFIG,
    });
  }
  const access = fileAccess();
  if (access.isExposed(absolutePath(path))) {
    const remedy = access.privateCommand(path);
    log.warn(`Other users than its owner may read or change ${path}. To prevent that: ${remedy}`);
  }
  return text;
}
