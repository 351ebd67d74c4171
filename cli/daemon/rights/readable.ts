/**
 * Files that a role reads again while it runs, as a user that may not be root any more.
 *
 * @module
 */

import { readSpecialFile } from "../../../ffi/c/special_file.ts";
import { ownRights } from "../../../ffi/open.ts";
import { absolutePath, folderOf, FOLDERS, pathIn } from "../../process/folders.ts";
import { isReadStream } from "../../process/small_file.ts";
import { shellWord } from "../../text/shell_word.ts";
import { ROLE_GROUP } from "../../process/role_group.ts";

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
  const current = absolutePath(path);
  const isOpen = rights.may("execute", folderOf(current));
  const isUsual = folderOf(current) === FOLDERS.config;
  // Others may enter the folder of the configuration, so a file elsewhere moves to it.
  const isMoved = !isOpen && !isUsual;
  const wanted = isMoved ? pathIn(FOLDERS.config, current.split("/").at(-1)!) : current;
  const gid = rights.findGroup(ROLE_GROUP);
  const commands = [
    ...gid === undefined ? [`groupadd --system ${ROLE_GROUP}`] : [],
    ...isOpen ? [] : [`mkdir -p ${FOLDERS.config}`, `chmod 755 ${FOLDERS.config}`],
    ...isMoved ? [`mv ${shellWord(current)} ${shellWord(wanted)}`] : [],
    `chgrp ${ROLE_GROUP} ${shellWord(wanted)}`,
    `chmod 640 ${shellWord(wanted)}`,
  ].join(" && ");
  const next = isMoved
    ? "and start the role again with the new path"
    : gid !== undefined && hasGroup(gid)
    ? "and send the role SIGHUP"
    : "and start the role again";
  return `As root, run "${commands}", ${next}; or start it with --user root`;
}

/** Whether this process is in a group. */
function hasGroup(gid: number): boolean {
  const status = readSpecialFile("/proc/self/status");
  return [...status.matchAll(/^(?:Gid|Groups):(.*)$/gm)]
    .some(([, numbers]) => numbers!.trim().split(/\s+/).includes(String(gid)));
}

/** How a role that may have become another user reads files again. */
export const REREADING = { mayRead, howToLetRead };
