/**
 * The group whose members may ask a role.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";
import type { PlatformFacts } from "../../ffi/platform_facts.ts";
import { howToGetPrivilege } from "../process/privilege.ts";

/** Where the system lists its groups: `name:password:number:members`. */
const GROUPS = "/etc/group";

/**
 * The name of the group that a socket belongs to; `undefined` if it is root's, has no name, or
 * can't be found out.
 *
 * @param list the file that lists the groups
 */
export function socketGroup(path: string, list: string = GROUPS): string | undefined {
  try {
    const { gid } = Deno.statSync(path);
    if (gid === null || gid === 0) return undefined;
    const lines = Deno.readTextFileSync(list).split("\n").map((line) => line.split(":"));
    return lines.find(([, , number]) => number === String(gid))?.[0];
  } catch {
    return undefined;
  }
}

/** What to do if this user may not use the socket. */
export function permissionRemedy(
  group: string | undefined,
  rights: PlatformFacts["rights"] = platform.rights,
): string {
  if (group === undefined) return howToGetPrivilege(rights);
  return `${
    howToGetPrivilege(rights)
  }, or join the group ${group}: "sudo usermod -aG ${group} USER", then log in again`;
}
