/**
 * Where this program's files are on this system.
 *
 * @module
 */

import { isAbsolute, resolve } from "node:path";
import { platform } from "../../ffi/platform.ts";
import type { Folders } from "../../ffi/platform_facts.ts";
import { processEnvironment } from "./environment.ts";

/** The folders. */
export const FOLDERS: Folders = platform.folders(processEnvironment);

/** The path of a file in a folder. */
export function pathIn(folder: string, name: string): string {
  return `${folder}${platform.separator}${name}`;
}

/** The folder that a file is in. */
export function folderOf(path: string): string {
  const isWindows = platform.separator === "\\";
  const end = Math.max(path.lastIndexOf("/"), isWindows ? path.lastIndexOf("\\") : -1);
  return end < 0 ? "." : end === 0 ? "/" : path.slice(0, end);
}

/**
 * The same path from the root on. Unlike a relative one, it can be used by a user that may not enter
 * the folder in which the program was started.
 */
export function absolutePath(path: string): string {
  if (isAbsolute(path)) return path;
  if (platform.separator === "\\") return resolve(path);
  // The system gives the working folder without links, so ".." is the folder above only at first.
  const up = /^(?:\.{1,2}(?:\/+|$))*/.exec(path)![0];
  return `${resolve(up).replace(/\/$/, "")}/${path.slice(up.length)}`;
}
