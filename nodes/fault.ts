/**
 * Mistakes of the program itself, reported without flooding the log.
 *
 * @module
 */

import type { Log } from "../io/log.ts";

/** Different faults that are remembered; after so many, nothing new is to be learnt. */
const MAX_FAULTS = 16;

/** A listener that reports each fault once; the stack trace is for the level debug. */
export function reportFault(log: Log): (error: unknown) => void {
  const seen = new Set<string>();
  return (error) => {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (seen.has(message) || seen.size >= MAX_FAULTS) return;
    seen.add(message);
    log.error(`A packet was dropped because of a mistake in this program: ${message}`);
    if (error instanceof Error) log.debug(error.stack ?? message);
  };
}
