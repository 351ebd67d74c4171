/**
 * The memory that a start needs, and what runs later does not.
 *
 * @module
 */

import { libc } from "../c/libc.ts";
import { releaseProgramPages } from "./program_pages.ts";

/**
 * Gives back what the start no longer needs: pages of the executable's file, and what V8's compilers
 * have freed. The C library keeps the latter for the threads that compiled, some 30 MB.
 */
export function releaseStartMemory(): void {
  releaseProgramPages();
  libc().mallocTrim(0n);
}
