/**
 * Errors that must not end a node, reported without flooding the log.
 *
 * @module
 */

import type { Log } from "../io/log.ts";

/** How many different faults are remembered; more would teach nothing new. */
const MAX_FAULTS = 16;

/** A listener that reports each fault once, with its stack trace at the level debug. */
export function reportFault(log: Log): (error: unknown) => void {
  const seen = new Set<string>();
  return (error) => {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (seen.has(message) || seen.size >= MAX_FAULTS) return;
    seen.add(message);
    log.error(`Internal error, the node goes on: ${message}`);
    if (error instanceof Error) log.debug(error.stack ?? message);
  };
}
