/**
 * Whether a descriptor takes more octets, on this system.
 *
 * Apart from `open.ts`, because it needs little of it.
 *
 * @module
 */

import { isWritable as isWritableByPoll } from "./c/is_writable.ts";
import { platform } from "./platform.ts";

/**
 * Whether `fd` takes 4,096 octets at once. Where the system cannot tell, the answer is yes.
 *
 * @param patience how long to wait for that, in milliseconds
 */
export function isWritable(fd: number, patience = 0): boolean {
  return platform.cLibraries.length === 0 || isWritableByPoll(fd, patience);
}
