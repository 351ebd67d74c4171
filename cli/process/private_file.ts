/**
 * Files for nobody else to read, written whole or not at all.
 *
 * @module
 */

import { fileAccess } from "../../ffi/open_file_access.ts";

/** A file that is written, and has yet to take its place. Without that, it goes. */
export interface Draft extends Disposable {
  /** @throws {Error} the system refuses */
  commit(): void;
}

/**
 * Writes a file next to its place.
 *
 * @param write writes the file of that path
 * @throws {Error} the system refuses
 */
export function draft(path: string, write: (path: string) => void): Draft {
  const draft = `${path}.new`;
  // What an earlier attempt left may have other rights.
  removeIfPresent(draft);
  try {
    write(draft);
  } catch (error) {
    removeIfPresent(draft);
    throw error;
  }
  return {
    commit: () => Deno.renameSync(draft, path),
    [Symbol.dispose]: () => removeIfPresent(draft),
  };
}

/**
 * Writes a file that only its owner may read next to its place.
 *
 * @param prepare gives the file of that path other rights
 * @throws {Error} the system refuses
 */
export function draftPrivate(
  path: string,
  text: string,
  prepare: (draft: string) => void = () => {},
): Draft {
  return draft(path, (draft) => {
    fileAccess().writePrivate(draft, text);
    prepare(draft);
  });
}

/**
 * Writes a file that only its owner may read, in place of the one that is there.
 *
 * @throws {Error} the system refuses
 */
export function replacePrivate(path: string, text: string): void {
  using file = draftPrivate(path, text);
  file.commit();
}

function removeIfPresent(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is not there, or the write that follows says why it cannot be replaced.
  }
}
