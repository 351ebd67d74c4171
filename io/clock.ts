/**
 * The time of the driver. Tests use another clock.
 *
 * @module
 */

/** A monotonic clock with timers. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /**
   * Calls `callback` once, `delay` milliseconds from now. Returns a function that cancels the call.
   */
  after(delay: number, callback: () => void): () => void;
}

/** The longest delay of `setTimeout`. With a longer one, the timer fires at once. */
const LONGEST_DELAY = 0x7fff_ffff;

/** The clock of this machine. It stands still while the machine sleeps. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delay), LONGEST_DELAY));
    return () => clearTimeout(timer);
  },
};
