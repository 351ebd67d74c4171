/**
 * The contract for rights on files.
 *
 * @module
 */

/** Whose a file is: this user's, that of root or the administrators, or another user's. */
export type FileOwner = "self" | "system" | "another";

/** Rights on files. */
export interface FileAccess {
  /** Whether this user may change the system: root, or a program run as administrator. */
  isPrivileged(): boolean;
  /**
   * Writes a new file that nobody may read but its owner and those who may read everything, from
   * its first moment on.
   *
   * @throws {Deno.errors.AlreadyExists} there is one
   */
  writePrivate(path: string, text: string): void;
  /**
   * The text of a short file that this program wrote, in a folder whose owner may have put anything
   * in its place since: only a file is read, and no link is followed.
   *
   * @param path absolute
   * @throws {Error} it is missing or something else, or the system refuses
   */
  readPlain(path: string): string;
  /** Whether others than its owner, and those who may read everything, may read or change a file. */
  isExposed(path: string): boolean;
  /** The command that makes a file private. */
  privateCommand(path: string): string;
  /**
   * What lets other users exchange a file: the file itself, or a folder around it, that others than
   * this user, root and the administrators may change. `undefined` if nothing does.
   *
   * @param path absolute
   * @throws {Error} there is no such file, or its rights cannot be read
   */
  weakPart(path: string): string | undefined;
  /** Makes a folder that other users may not change, with those around it. It may exist. */
  makeFolder(path: string): void;
  /** Whose a file or folder is. */
  ownerOf(path: string): FileOwner;
  /** Whether a stranger may have put a file there, or may change it: then it must not be believed. */
  isForgeable(path: string): boolean;
  /** What an administrator does about such a file or folder that is right all the same. */
  ownCommand(path: string): string;
}
