/**
 * Files that make a service, of which only our own are replaced or removed.
 *
 * @module
 */

import { reasonOf } from "../../reason.ts";
import { ExitCode } from "../process/exit_code.ts";
import { CliError } from "../process/failure.ts";
import type { ServiceHost } from "./service_manager.ts";

type FileHost = Pick<ServiceHost, "root" | "say">;

/** What is in all of our files. */
export const AUTHOR = "Written by teredo service install";

/**
 * Writes a file.
 *
 * @throws {CliError} somebody else wrote the file that is there, or the system refuses
 */
export function write(path: string, text: string, host: FileHost): void {
  if (exists(path, host) && !isOurs(path, host)) {
    throw new CliError(
      `Cannot write ${path}: somebody else wrote the file that is there. Move it away first`,
    );
  }
  const target = `${host.root}${path}`;
  try {
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    // Replaced in one step, so a crash leaves no half of it.
    Deno.writeTextFileSync(`${target}.new`, text, { mode: 0o644 });
    Deno.chmodSync(`${target}.new`, 0o644);
    Deno.renameSync(`${target}.new`, target);
  } catch (error) {
    throw new CliError(`Cannot write ${path}: ${reasonOf(error)}`, ExitCode.FAILED, {
      cause: error,
    });
  }
  host.say(`Wrote ${path}`);
}

/** Removes a file. */
export function remove(path: string, host: FileHost): void {
  Deno.removeSync(`${host.root}${path}`);
  host.say(`Removed ${path}`);
}

/** Whether there is a file or folder. */
export function exists(path: string, { root }: Pick<FileHost, "root">): boolean {
  try {
    Deno.lstatSync(`${root}${path}`);
    return true;
  } catch {
    return false;
  }
}

/** Whether we wrote a file. */
export function isOurs(path: string, { root }: Pick<FileHost, "root">): boolean {
  try {
    return Deno.readTextFileSync(`${root}${path}`).includes(AUTHOR);
  } catch {
    return false;
  }
}

/** Writes the example of a configuration, unless there is one. */
export function writeExample(path: string, text: string, host: FileHost): void {
  if (exists(path, host)) return;
  Deno.writeTextFileSync(`${host.root}${path}`, text, { createNew: true });
  host.say(`Wrote ${path}, in which nothing is set`);
}
