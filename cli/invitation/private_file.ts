/**
 * Files that hold secrets: written whole or not at all, and for nobody else to read.
 *
 * @module
 */

import { systemFailure } from "../process/system_failure.ts";

/** Why a file of the configuration cannot be read or written, and what to do. */
export const DENIED = "permission is denied. Run this command as root";

/** A folder with this bit hands its group down: services that are members may read what is in there. */
const SET_GROUP = 0o2000;

/**
 * Writes a file that only its owner may read, mode 0600. In a folder that hands its group down, as that of
 * a package does, the group may read it too (0640).
 *
 * @throws {CliError} it cannot be written
 */
export function writePrivate(path: string, text: string): void {
  const temporary = `${path}.new`;
  try {
    const mode = modeFor(folderOf(path), path);
    // What an earlier attempt left may have other rights.
    removeIfPresent(temporary);
    Deno.writeTextFileSync(temporary, text, { mode: 0o600, createNew: true });
    if (mode !== 0o600) Deno.chmodSync(temporary, mode);
    Deno.renameSync(temporary, path);
  } catch (error) {
    removeIfPresent(temporary);
    throw systemFailure(`Cannot write ${path}`, error, {
      words: { absent: "there is no such folder", denied: DENIED },
    });
  }
}

/** The rights that a file has by now, or those of a new one. */
function modeFor(folder: string, path: string): number {
  try {
    const { mode } = Deno.statSync(path);
    if (mode !== null) return mode & 0o640;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return ((Deno.statSync(folder).mode ?? 0) & SET_GROUP) === 0 ? 0o600 : 0o640;
}

function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end < 0 ? "." : end === 0 ? "/" : path.slice(0, end);
}

function removeIfPresent(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is not there, or the write that follows says why it cannot be replaced.
  }
}
