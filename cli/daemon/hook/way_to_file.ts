/**
 * Whether a user may execute a file, and otherwise what is in the way.
 *
 * @module
 */

import { ownRights } from "../../../ffi/open.ts";
import type { SystemUser } from "../../../ffi/rights.ts";

/**
 * The first folder on the way to a file that may not be entered, or the file if that may not be
 * executed; undefined if nothing is in the way.
 *
 * @param path from the root on
 * @param later the user that this process, as root, turns into later; without one, it is this process
 * now
 */
export function firstClosed(path: string, later?: SystemUser): string | undefined {
  const isClosed = (part: string) => ownRights()?.may("execute", part, later) === false;
  return partsOf(path).find(isClosed) ?? partsOf(Deno.realPathSync(path)).find(isClosed);
}

/** A file and the folders around it, from the outside in. */
function partsOf(path: string): string[] {
  const ends = [...path.matchAll(/[^/](?=\/)|[^]$/g)].map(({ index }) => index + 1);
  return ["/", ...ends.map((end) => path.slice(0, end))];
}
