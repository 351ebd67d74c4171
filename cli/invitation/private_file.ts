/**
 * Files of the configuration that hold secrets.
 *
 * @module
 */

import { fileAccess } from "../../ffi/open_file_access.ts";
import { platform } from "../../ffi/platform.ts";
import { folderOf } from "../process/folders.ts";
import { ifPresent } from "../process/if_present.ts";
import { type Draft, draftPrivate } from "../process/private_file.ts";
import { privilegedUser } from "../process/privilege.ts";
import { systemFailure } from "../process/system_failure.ts";

/** Why a file of the configuration cannot be read or written, and what to do. */
export const DENIED: string = `permission is denied. Run this command as ${privilegedUser()}`;

/** A folder with this bit hands its group down: its members may read what is in there. */
const SET_GROUP = 0o2000;

/**
 * Writes a file that only its owner may read next to its place. It gets the rights of the file that
 * is there.
 *
 * @throws {CliError} it cannot be written
 */
export function draftSecret(path: string, text: string): Draft {
  return orFailure(path, () => draftPrivate(path, text, (draft) => adoptRights(draft, path)));
}

/**
 * The same, in its place.
 *
 * @throws {CliError} it cannot be written
 */
export function writePrivate(path: string, text: string): void {
  using file = draftSecret(path, text);
  orFailure(path, () => file.commit());
}

/** @throws {CliError} `write` cannot write that file */
export function orFailure<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw systemFailure(`Cannot write ${path}`, error, {
      words: { absent: "there is no such folder", denied: DENIED },
    });
  }
}

/**
 * Gives a draft the group and mode of the file in its place, and its owner if this user is root, so
 * that a role that has given up root can still read it. Only the owner may read the first one; in a
 * folder that hands its group down, as that of a package does, the group may too (0640).
 *
 * @throws {Error} the system refuses
 */
export function adoptRights(draft: string, path: string): void {
  if (!platform.hasFileModes) return;
  const there = ifPresent(() => Deno.statSync(path));
  if (there !== undefined) adoptOwner(draft, there);
  Deno.chmodSync(draft, there === undefined ? newMode(folderOf(path)) : there.mode! & 0o640);
}

/**
 * Only root may give a file away. Any other user may still replace one in a folder of a group's:
 * each of its members can read the new one as well.
 */
function adoptOwner(draft: string, there: Deno.FileInfo): void {
  const { uid, gid } = Deno.statSync(draft);
  const owner = fileAccess().isPrivileged() ? there.uid : uid;
  if (owner !== uid || there.gid !== gid) Deno.chownSync(draft, owner, there.gid);
}

function newMode(folder: string): number {
  return ((Deno.statSync(folder).mode ?? 0) & SET_GROUP) === 0 ? 0o600 : 0o640;
}

/**
 * Makes the folder of configurations; it may exist.
 *
 * @throws {CliError} it cannot be made
 */
export function makeConfigFolder(folder: string): void {
  try {
    fileAccess().makeFolder(folder);
  } catch (error) {
    throw systemFailure(`Cannot make the folder ${folder}`, error, { words: { denied: DENIED } });
  }
}
