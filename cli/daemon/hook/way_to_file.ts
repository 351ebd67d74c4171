/**
 * Whether a user may execute a file, and otherwise what is in the way.
 *
 * @module
 */

import { ownRights } from "../../../ffi/open.ts";
import type { SystemUser } from "../../../ffi/rights.ts";

// The right to execute a file, or to enter a folder.
const OF_OWNER = 0o100;
const OF_GROUP_OR_OTHERS = 0o011;

/**
 * The first folder on the way to a file that may not be entered, or the file if that may not be
 * executed; undefined if nothing is in the way.
 *
 * @param path from the root on
 * @param user the user that this process, as root, turns into later; only what is certainly in its
 * way is found, because groups and access control lists may let it in. Without a user, it is this
 * process now.
 */
export function firstClosed(path: string, user?: SystemUser): string | undefined {
  const isClosed = user === undefined
    ? (part: string) => ownRights()?.may("execute", part) === false
    : (part: string) => isClosedTo(user, part);
  return partsOf(path).find(isClosed) ?? partsOf(Deno.realPathSync(path)).find(isClosed);
}

function isClosedTo({ uid }: SystemUser, part: string): boolean {
  const { mode, uid: owner } = Deno.statSync(part);
  return (mode! & (owner === uid ? OF_OWNER : OF_GROUP_OR_OTHERS)) === 0;
}

/** A file and the folders around it, from the outside in. */
function partsOf(path: string): string[] {
  const ends = [...path.matchAll(/[^/](?=\/)|[^]$/g)].map(({ index }) => index + 1);
  return ["/", ...ends.map((end) => path.slice(0, end))];
}
