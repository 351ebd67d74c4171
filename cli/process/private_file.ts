/**
 * Files for nobody else to read, written whole or not at all.
 *
 * @module
 */

import { fileAccess } from "../../ffi/open_file_access.ts";

/**
 * Writes a file that only its owner may read, in place of the one that is there.
 *
 * @param mode other rights, where files have modes
 * @throws {Error} the system refuses
 */
export function replacePrivate(path: string, text: string, mode?: number): void {
  const draft = `${path}.new`;
  try {
    // What an earlier attempt left may have other rights.
    removeIfPresent(draft);
    fileAccess().writePrivate(draft, text);
    if (mode !== undefined) Deno.chmodSync(draft, mode);
    Deno.renameSync(draft, path);
  } catch (error) {
    removeIfPresent(draft);
    throw error;
  }
}

function removeIfPresent(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is not there, or the write that follows says why it cannot be replaced.
  }
}
