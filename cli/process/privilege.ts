/**
 * How people get all rights on this system.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";
import type { PlatformFacts } from "../../ffi/platform_facts.ts";

type Rights = PlatformFacts["rights"];

/** The user that may do everything, to be read after "as". */
export function privilegedUser(rights: Rights = platform.rights): string {
  return rights === "administrator" ? "administrator" : "root";
}

/** How to become that user, as a sentence without its full stop. */
export function howToGetPrivilege(rights: Rights = platform.rights): string {
  return rights === "administrator" ? 'Open the terminal with "Run as administrator"' : "Use sudo";
}
