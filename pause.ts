/**
 * Waiting, but not longer than the program runs.
 *
 * @module
 */

import { after } from "./timers.ts";

/** Waits for some milliseconds, or until `signal` aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = after(milliseconds, end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
