/**
 * Time, as the driver takes it: in tests another clock stands in.
 *
 * @module
 */

/** A monotonic clock with timers. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls `callback` once, `delay` milliseconds from now; returns what calls it off. */
  after(delay: number, callback: () => void): () => void;
}

/** The longest delay of `setTimeout`: a longer one would fire at once. */
const LONGEST_DELAY = 0x7fff_ffff;

/** The clock of this machine. It stands still while the machine sleeps. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delay), LONGEST_DELAY));
    return () => clearTimeout(timer);
  },
};
