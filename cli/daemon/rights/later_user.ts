/**
 * The user that runs a role once it has given up root.
 *
 * @module
 */

import { readSpecialFile } from "../../../ffi/c/special_file.ts";
import type { SystemUser } from "../../../ffi/rights.ts";
import { planUser } from "./role_user.ts";

// capabilities(7), as bits of the sets that the kernel shows
const CHANGE_USER = 1n << 6n | 1n << 7n | 1n << 8n;

/**
 * The user that a role turns into, by the name that the settings give; undefined if it stays what it
 * is, or can't turn into that user.
 */
export function laterUser(chosen: string | undefined): SystemUser | undefined {
  try {
    const plan = planUser(chosen);
    return plan.type === "become" && mayChangeUser() ? plan.user : undefined;
  } catch {
    // The start says so.
    return undefined;
  }
}

/** Where root may not, as in many containers, a role stays root's. */
function mayChangeUser(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readSpecialFile("/proc/self/status"))?.[1];
  return effective !== undefined && (BigInt(`0x${effective}`) & CHANGE_USER) === CHANGE_USER;
}
