/**
 * The time of the driver. Tests use another clock.
 *
 * @module
 */

import { after } from "../timers.ts";

/** A monotonic clock with timers. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /**
   * Calls `callback` once, `delay` milliseconds from now. Returns a function that cancels the call.
   */
  after(delay: number, callback: () => void): () => void;
}

/** The clock of this machine. It stands still while the machine sleeps. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after,
};
