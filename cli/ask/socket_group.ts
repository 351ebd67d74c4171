/**
 * The group whose members may ask a role.
 *
 * @module
 */

import { ownRights } from "../../ffi/open.ts";
import { platform } from "../../ffi/platform.ts";
import type { PlatformFacts } from "../../ffi/platform_facts.ts";
import { howToGetPrivilege } from "../process/privilege.ts";

/**
 * The name of the group that a socket belongs to; `undefined` if it is root's, has no name, or
 * can't be found out.
 */
export function socketGroup(path: string): string | undefined {
  try {
    const { gid } = Deno.statSync(path);
    return gid === null || gid === 0 ? undefined : ownRights()?.nameOfGroup(gid);
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
