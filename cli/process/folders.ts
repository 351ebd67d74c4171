/**
 * Where this program's files are on this system.
 *
 * @module
 */

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
