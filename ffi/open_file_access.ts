/**
 * Rights on files on this system.
 *
 * Apart from `open.ts`, because commands that end at once use it too.
 *
 * @module
 */

import type { FileAccess } from "./file_access.ts";
import { platform } from "./platform.ts";
import { UnixFileAccess } from "./unix/file_access.ts";
import { WindowsFileAccess } from "./windows/file_access.ts";

let own: FileAccess | undefined;

/** Rights on files, as seen by this user. */
export function fileAccess(): FileAccess {
  own ??= platform.hasFileModes ? new UnixFileAccess() : new WindowsFileAccess();
  return own;
}
