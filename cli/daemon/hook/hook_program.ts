/**
 * The program that a hook runs.
 *
 * @module
 */

import { ownRights } from "../../../ffi/open.ts";
import { platform } from "../../../ffi/platform.ts";
import { processEnvironment } from "../../process/environment.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { CliError } from "../../process/failure.ts";
import { absolutePath } from "../../process/folders.ts";
import { systemFailure } from "../../process/system_failure.ts";
import { shellWord } from "../../text/shell_word.ts";

/** The right to execute of the owner, the group and others. */
const EXECUTABLE = 0o111;

/** The client's user is another one than root once everything is open. */
function denied(program: string): string {
  return "the client's user may not execute it. Let everybody do so and enter its folders, with " +
    `"chmod 755 ${
      shellWord(program)
    }"; a client that root starts can also keep root, with --user root`;
}

/**
 * Finds the program of a hook, and checks that it can be run, as far as its file shows.
 *
 * @param path its path, or its name in one of the folders of `PATH`
 * @returns the path that runs it from any folder
 * @throws {CliError} it cannot be run, and what to do about it
 */
export function findHookProgram(path: string): string {
  // Windows finds programs by extensions that nobody writes.
  if (!platform.hasFileModes) return path;
  const attempt = `Cannot use the hook ${path}`;
  const program = locate(path);
  let found: Deno.FileInfo;
  try {
    found = Deno.statSync(program);
  } catch (error) {
    const words = { denied: denied(program) };
    throw systemFailure(attempt, error, { words, exitCode: ExitCode.CONFIG });
  }
  if (found.isDirectory) throw new CliError(`${attempt}: it is a directory`, ExitCode.CONFIG);
  if (!found.isFile) {
    throw new CliError(`${attempt}: it is a pipe or device, not a program`, ExitCode.CONFIG);
  }
  if ((found.mode! & EXECUTABLE) !== 0) {
    if (ownRights()?.may("execute", program) ?? true) return program;
    throw new CliError(`${attempt}: ${denied(program)}`, ExitCode.PERMISSION);
  }
  throw new CliError(
    `${attempt}: it is not executable. Make it so with "chmod +x ${shellWord(path)}"`,
    ExitCode.CONFIG,
  );
}

/** Where the system finds a program. A name without folders is looked up in those of `PATH`. */
function locate(path: string): string {
  if (path.includes("/")) return absolutePath(path);
  const folders = (processEnvironment("PATH") ?? "").split(":");
  return folders.map((folder) => `${folder}/${path}`).map(absolutePath).find(isFile) ?? path;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
