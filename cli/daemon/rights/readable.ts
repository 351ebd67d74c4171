/**
 * Files that a role reads again while it runs, as a user that may not be root any more.
 *
 * @module
 */

import { ownRights } from "../../../ffi/open.ts";
import { absolutePath, folderOf } from "../../process/folders.ts";
import { isReadStream } from "../../process/small_file.ts";
import { shellWord } from "../../text/shell_word.ts";
import { ROLE_GROUP } from "./role_user.ts";

/**
 * Whether this process may read a file now. Where the system can't say, it may. A stream's text was
 * kept.
 */
function mayRead(path: string): boolean {
  return isReadStream(path) || (ownRights()?.may("read", absolutePath(path)) ?? true);
}

/**
 * What root does to let a role read a file, as a sentence without its full stop; undefined on a
 * system where roles keep their user.
 */
function howToLetRead(path: string): string | undefined {
  const rights = ownRights();
  if (rights === undefined) return undefined;
  const absolute = absolutePath(path);
  const file = shellWord(absolute);
  const commands = [
    ...rights.findGroup(ROLE_GROUP) === undefined ? [`groupadd --system ${ROLE_GROUP}`] : [],
    `chgrp ${ROLE_GROUP} ${file}`,
    `chmod 640 ${file}`,
  ].join(" && ");
  const isOpen = rights.may("execute", folderOf(absolute));
  const folder = isOpen ? "" : "move it to a folder that everybody may enter, ";
  return `As root, ${folder}run "${commands}", and start the role again; or start it with --user root`;
}

/** How a role that may have become another user reads files again. */
export const REREADING = { mayRead, howToLetRead };
