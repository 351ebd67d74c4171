/**
 * The folder of secrets, which a server reads again after it has given up root.
 *
 * @module
 */

import { readSpecialFile } from "../../ffi/c/special_file.ts";
import { ownRights } from "../../ffi/open.ts";
import { fileAccess } from "../../ffi/open_file_access.ts";
import { platform } from "../../ffi/platform.ts";
import { FOLDERS } from "../process/folders.ts";
import { ROLE_GROUP } from "../process/role_group.ts";
import { makeConfigFolder } from "./private_file.ts";

/** What is made in the folder belongs to its group; others may look, but not into secrets. */
const SHARED = 0o2755;

/**
 * Makes the folder of configurations as a package does: what is made in it belongs to the group
 * teredo. A folder that exists stays as it is.
 *
 * @param onWrite is called before one is made
 * @throws {CliError} it cannot be made
 */
export async function makeSecretsFolder(folder: string, onWrite: () => void): Promise<void> {
  const isNew = !exists(folder);
  if (isNew) onWrite();
  makeConfigFolder(folder);
  const isSystems = folder === FOLDERS.config && platform.rights === "capabilities";
  if (!isNew || !isSystems || !fileAccess().isPrivileged()) return;
  const gid = ownRights()?.findGroup(ROLE_GROUP) ?? await makeGroup();
  if (gid === undefined) return;
  Deno.chownSync(folder, 0, gid);
  Deno.chmodSync(folder, SHARED);
}

/** Where this host can't make groups, root alone may read secrets; a server says so. */
async function makeGroup(): Promise<number | undefined> {
  try {
    await new Deno.Command("groupadd", { args: ["--system", ROLE_GROUP], stderr: "null" }).output();
  } catch {
    return undefined;
  }
  return ownRights()?.findGroup(ROLE_GROUP);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process may read a file, as far as the file's mode shows. */
export function processMayRead(pid: number, path: string): boolean {
  try {
    const { uid, gid, mode } = Deno.statSync(path);
    const status = readSpecialFile(`/proc/${pid}/status`);
    const numbers = (field: string) =>
      new RegExp(`^${field}:(.*)$`, "m").exec(status)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
    const [user = 0] = numbers("Uid");
    if (user === 0 || mode === null) return true;
    if (user === uid) return (mode & 0o400) !== 0;
    const groups = [...numbers("Gid"), ...numbers("Groups")];
    return (mode & (groups.includes(gid!) ? 0o040 : 0o004)) !== 0;
  } catch {
    // The system doesn't say; nor is there another user to be.
    return true;
  }
}
