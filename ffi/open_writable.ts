/**
 * Writing without waiting for a reader, on this system.
 *
 * Apart from `open.ts`, because it needs little of it.
 *
 * @module
 */

import { SystemError } from "./c/errno.ts";
import { isWritable as isWritableByPoll } from "./c/is_writable.ts";
import { openSpecialFile } from "./c/special_file.ts";
import { platform } from "./platform.ts";

/**
 * Whether `fd` takes 4,096 octets at once, or if it is a terminal, some. Where the system cannot
 * tell, the answer is yes.
 *
 * @param patience how long to wait for that, in milliseconds
 */
export function isWritable(fd: number, patience = 0): boolean {
  return platform.cLibraries.length === 0 || isWritableByPoll(fd, patience);
}

/** A terminal that is written to without waiting. */
interface ImpatientTerminal {
  /**
   * Writes some octets, and says how many it took: none if it is full.
   *
   * @throws {SystemError} the system refuses
   */
  writeSync(octets: Uint8Array): number;
}

/**
 * Opens the terminal of a descriptor once more, so that writes never wait. The descriptor itself
 * stays as it is, because other programs may have it too.
 *
 * @returns `undefined` where this process may not open it, as after `su`, or the system can't
 */
export function reopenTerminal(fd: number): ImpatientTerminal | undefined {
  if (platform.name !== "Linux") return undefined;
  try {
    const file = openSpecialFile(`/proc/self/fd/${fd}`, "write without waiting");
    return {
      writeSync(octets) {
        try {
          return file.writeSync(octets);
        } catch (error) {
          if (error instanceof SystemError && error.code === "EAGAIN") return 0;
          throw error;
        }
      },
    };
  } catch {
    return undefined;
  }
}
