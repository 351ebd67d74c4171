/**
 * The program that a hook runs.
 *
 * @module
 */

import { platform } from "../../../ffi/platform.ts";
import type { SystemUser } from "../../../ffi/rights.ts";
import { processEnvironment } from "../../process/environment.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { CliError } from "../../process/failure.ts";
import { absolutePath } from "../../process/folders.ts";
import { systemFailure } from "../../process/system_failure.ts";
import { shellWord } from "../../text/shell_word.ts";
import { firstClosed } from "./way_to_file.ts";

/** The right to execute of the owner, the group and others. */
const EXECUTABLE = 0o111;

/** The right to execute of others. */
const EXECUTABLE_BY_OTHERS = 0o001;

/** The user that is to run a hook. */
interface HookUser {
  /** What the client's user is called, if it isn't the one that started the client. */
  readonly name?: string | undefined;
  /** The user that this process turns into before a hook runs. */
  readonly later?: SystemUser | undefined;
}

/** What is in the way of the client's user, and what to do. */
function obstacle(program: string, closed: string, name = "the client's user"): string {
  const keepRoot = "or start the client as root with --user root";
  const move =
    `Move the hook to a folder that everybody may enter, such as /usr/local/lib, ${keepRoot}`;
  if (closed !== program) return `${name} may not enter the folder ${closed}. ${move}`;
  return `${name} may not execute it. ` +
    (isOpenToAll(program) ? move : `Run "chmod 755 ${shellWord(program)}", ${keepRoot}`);
}

/**
 * Finds the program of a hook, and checks that it can be run, as far as its file shows.
 *
 * @param path its path, or its name in one of the folders of `PATH`
 * @param user the one that must be able to run it
 * @returns the path that runs it from any folder
 * @throws {CliError} it cannot be run, and what to do about it
 */
export function findHookProgram(path: string, { name, later }: HookUser = {}): string {
  // Windows finds programs by extensions that nobody writes.
  if (!platform.hasFileModes) return path;
  const attempt = `Cannot use the hook ${path}`;
  const program = locate(path);
  let found: Deno.FileInfo;
  try {
    found = Deno.statSync(program);
  } catch (error) {
    const isDenied = error instanceof Deno.errors.PermissionDenied;
    const closed = isDenied ? firstClosed(program) : undefined;
    const words = closed === undefined ? {} : { denied: obstacle(program, closed, name) };
    throw systemFailure(attempt, error, { words, exitCode: ExitCode.CONFIG });
  }
  if (found.isDirectory) throw new CliError(`${attempt}: it is a directory`, ExitCode.CONFIG);
  if (!found.isFile) {
    throw new CliError(`${attempt}: it is a pipe or device, not a program`, ExitCode.CONFIG);
  }
  if ((found.mode! & EXECUTABLE) !== 0) {
    const closed = firstClosed(program, later);
    if (closed === undefined) return program;
    const reason = obstacle(program, closed, later?.name ?? name);
    throw new CliError(`${attempt}: ${reason}`, ExitCode.PERMISSION);
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

/** Also if that can't be seen: then a link leads into a folder that may not be entered. */
function isOpenToAll(program: string): boolean {
  try {
    return (Deno.statSync(program).mode! & EXECUTABLE_BY_OTHERS) !== 0;
  } catch {
    return true;
  }
}
