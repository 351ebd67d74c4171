/**
 * Files that a role writes for its user alone to decide about, such as recordings and logs.
 *
 * They may be in a folder where others make files too, such as /tmp, and a role may be root. So
 * nothing is written to what another user has put there: neither to a file, which that user could
 * read, nor to what a link leads to, which could be any file of root's.
 *
 * @module
 */

import { isAbsolute } from "node:path";
import { platform } from "../../ffi/platform.ts";
import { folderOf, pathIn } from "./folders.ts";
import { ifPresent } from "./if_present.ts";

/** Streams and other files that the system makes. In /dev/shm, anybody makes files. */
const SPECIAL = /^\/(?:dev(?!\/shm\/)|proc)\//;

/** As many links as Linux follows. */
const MAX_LINKS = 40;

/** Another user's file or link is in the way. */
export class ForeignFile extends Error {}

/** Whether a path names a file that the system makes, such as a stream. */
export function isSpecial(path: string): boolean {
  return SPECIAL.test(path);
}

/**
 * Where the last part of a path leads, although there may be nothing yet: links of root's and of this
 * user are followed, up to a special file.
 *
 * @throws {ForeignFile} a link is another user's
 * @throws {Error} the system refuses
 */
export function followLinks(path: string, left = MAX_LINKS): string {
  const there = isSpecial(path) ? undefined : infoOf(path);
  if (there?.isSymlink !== true) return path;
  refuseForeign(there);
  if (left === 0) throw new Error("its links lead to one another");
  const target = Deno.readLinkSync(path);
  return followLinks(isAbsolute(target) ? target : pathIn(folderOf(path), target), left - 1);
}

/**
 * What is known of a file, if there is something, without following a link.
 *
 * @throws {ForeignFile} it is another user's
 * @throws {Error} the system refuses
 */
export function ownFileAt(path: string): Deno.FileInfo | undefined {
  const there = infoOf(path);
  if (there !== undefined) refuseForeign(there);
  return there;
}

/**
 * Opens a file, or creates it if it does not exist. Does not follow links.
 *
 * @param options how to open it: not to make or empty it
 * @throws {ForeignFile} it is another user's
 * @throws {Error} the system refuses
 */
export function openOwnFile(
  path: string,
  options: Deno.OpenOptions,
  mode?: number,
): Deno.FsFile {
  const there = ownFileAt(path);
  if (there === undefined) {
    return Deno.openSync(path, {
      ...options,
      createNew: true,
      ...mode === undefined ? {} : { mode },
    });
  }
  const file = Deno.openSync(path, options);
  if (isSameFile(file, there)) return file;
  file.close();
  throw new ForeignFile("it has just become another file");
}

/** Whether an open file is the one that was seen under its name. */
export function isSameFile(file: Deno.FsFile, { dev, ino }: Deno.FileInfo): boolean {
  const opened = file.statSync();
  return opened.dev === dev && opened.ino === ino;
}

function infoOf(path: string): Deno.FileInfo | undefined {
  return ifPresent(() => Deno.lstatSync(path));
}

/** Windows lets few users make links, and files there have lists of rights instead of owners. */
function refuseForeign({ uid, isSymlink }: Deno.FileInfo): void {
  if (!platform.hasFileModes || uid === 0 || uid === Deno.uid()) return;
  throw new ForeignFile(`another user's ${isSymlink ? "link" : "file"} is in the way`);
}
