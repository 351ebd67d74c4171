/**
 * Rights on files where they have owners and modes.
 *
 * @module
 */

import { readPlainFile } from "../c/special_file.ts";
import type { FileAccess, FileOwner } from "../file_access.ts";

/** Others may not write, because the parent folder may be writable for everybody. */
const FOLDER_MODE = 0o755;

/** The rights of everybody except the file's owner. */
const RIGHTS_OF_OTHERS = 0o077;

/**
 * The same, but the group may read: a role that has given up root cannot read a file of root's in any
 * other way.
 */
const RIGHTS_BEYOND_GROUP = 0o037;

/** The right of the group, or of everybody, to change a file or what is in a folder. */
const CHANGES_OF_OTHERS = 0o022;

/** Rights on files for one user. */
export class UnixFileAccess implements FileAccess {
  readonly #uid: number | null;

  constructor(uid: number | null = Deno.uid()) {
    this.#uid = uid;
  }

  isPrivileged(): boolean {
    return this.#uid === 0;
  }

  writePrivate(path: string, text: string): void {
    Deno.writeTextFileSync(path, text, { mode: 0o600, createNew: true });
  }

  readPlain(path: string): string {
    return readPlainFile(path);
  }

  isExposed(path: string): boolean {
    const { mode, uid } = Deno.statSync(path);
    const tooMany = uid === 0 ? RIGHTS_BEYOND_GROUP : RIGHTS_OF_OTHERS;
    return mode !== null && (mode & tooMany) !== 0;
  }

  privateCommand(path: string): string {
    return `chmod 600 ${path}`;
  }

  /** This program may run as root, so nothing may belong to this user unless it is root. */
  weakPart(path: string): string | undefined {
    // A link leads elsewhere; a folder on either way is enough to exchange the file.
    const parts = [...partsOf(path), ...partsOf(Deno.realPathSync(path))];
    return parts.find((part) => {
      const { mode, uid } = Deno.statSync(part);
      return uid !== 0 || (mode! & CHANGES_OF_OTHERS) !== 0;
    });
  }

  makeFolder(path: string): void {
    Deno.mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  }

  ownerOf(path: string): FileOwner {
    const { uid, isSymlink } = Deno.lstatSync(path);
    if (isSymlink) return "another";
    return uid === this.#uid ? "self" : uid === 0 ? "system" : "another";
  }

  ownCommand(path: string): string {
    return `chown root ${path}`;
  }

  /** In /tmp, anybody can make the folder that a file is in. */
  isForgeable(path: string): boolean {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!folder.startsWith("/tmp/")) return false;
    try {
      const { uid, isSymlink } = Deno.lstatSync(folder);
      return isSymlink || uid !== this.#uid;
    } catch {
      // There is no folder, and so no file in it.
      return false;
    }
  }
}

/** A file and the folders around it, from the inside out. */
function partsOf(path: string): string[] {
  const folder = path.slice(0, path.lastIndexOf("/"));
  return [path, ...folder === "" ? ["/"] : partsOf(folder)];
}
