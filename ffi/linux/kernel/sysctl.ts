/**
 * Settings of the kernel in `/proc/sys`. A container may show some of them, or none.
 *
 * @module
 */

import type { ErrnoName } from "../../c/errno.ts";
import { readSpecialFile, writeSpecialFile } from "../../c/special_file.ts";

/**
 * The setting does not exist, or this program may not touch it. Anything else that goes wrong is a
 * mistake.
 */
const OUT_OF_REACH: readonly ErrnoName[] = ["ENOENT", "EACCES", "EROFS"];

/**
 * The value of a setting such as `"net/ipv6/conf/all/forwarding"`; undefined if it is out of reach.
 */
export function readSysctl(name: string): string | undefined {
  return within(() => readSpecialFile(pathOf(name)).trim());
}

/** Changes a setting, if it is within reach. */
export function writeSysctl(name: string, value: string): void {
  within(() => writeSpecialFile(pathOf(name), value));
}

function pathOf(name: string): string {
  return `/proc/sys/${name}`;
}

function within<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (OUT_OF_REACH.some((each) => each === code)) return undefined;
    throw error;
  }
}
