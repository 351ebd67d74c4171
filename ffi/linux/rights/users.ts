/**
 * Users and groups of the system, wherever it keeps them.
 *
 * @module
 */

import { libc } from "../../c/libc.ts";
import { cString } from "../../c/struct.ts";
import type { SystemUser } from "../../rights.ts";

// Offsets in `struct passwd` of <pwd.h> and `struct group` of <grp.h>, after two pointers.
const PASSWD_UID = 16;
const PASSWD_GID = 20;
const GROUP_GID = 16;

/** The highest number of a user: the next one means "no user" to system calls. */
const MAX_UID = 0xffff_fffe;

/** A user by its name, or by its number; undefined if there is no such user. */
export function findUser(nameOrNumber: string): SystemUser | undefined {
  const found = libc().getpwnam(cString(nameOrNumber)) ?? findByNumber(nameOrNumber);
  if (found === null) return undefined;
  const passwd = new Deno.UnsafePointerView(found);
  return {
    name: nameIn(passwd),
    uid: passwd.getUint32(PASSWD_UID),
    gid: passwd.getUint32(PASSWD_GID),
  };
}

function findByNumber(text: string): Deno.PointerValue {
  const uid = /^\d{1,10}$/.test(text) ? Number(text) : Infinity;
  return uid <= MAX_UID ? libc().getpwuid(uid) : null;
}

/** The number of a group; undefined if there is no such group. */
export function findGroup(name: string): number | undefined {
  const found = libc().getgrnam(cString(name));
  return found === null ? undefined : new Deno.UnsafePointerView(found).getUint32(GROUP_GID);
}

/** The name of a group; undefined if there is no such group. */
export function nameOfGroup(gid: number): string | undefined {
  const found = libc().getgrgid(gid);
  return found === null ? undefined : nameIn(new Deno.UnsafePointerView(found));
}

/** The first member of both structures. */
function nameIn(entry: Deno.UnsafePointerView): string {
  return new Deno.UnsafePointerView(entry.getPointer()!).getCString();
}
