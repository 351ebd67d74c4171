/**
 * The timers of this program, and when the next one is due.
 *
 * A poller waits for packets on the thread that runs the timers, so it has to know how long it may
 * wait. The runtime does not say.
 *
 * @module
 */

/** The longest delay of `setTimeout`. With a longer one, the timer fires at once. */
const LONGEST_DELAY = 0x7fff_ffff;

/** When each timer is due, by `performance.now()`. */
const due = new Set<{ readonly at: number }>();

/**
 * Calls `callback` once, `delay` milliseconds from now. Returns a function that cancels the call.
 *
 * @param delay at most 2³¹ − 1, about 25 days; the call comes then if it is longer
 */
export function after(delay: number, callback: () => void): () => void {
  const wait = Math.min(Math.max(0, delay), LONGEST_DELAY);
  const entry = { at: performance.now() + wait };
  const timer = setTimeout(() => {
    due.delete(entry);
    callback();
  }, wait);
  due.add(entry);
  return () => {
    due.delete(entry);
    clearTimeout(timer);
  };
}

/**
 * Calls `callback` again and again, `interval` milliseconds after one another. Returns a function
 * that ends this.
 */
export function every(interval: number, callback: () => void): () => void {
  const next = () => {
    cancel = after(interval, next);
    callback();
  };
  let cancel = after(interval, next);
  return () => cancel();
}

/** How many milliseconds there are until the next timer is due; not positive if one is. */
export function untilNextTimer(): number {
  let earliest = Infinity;
  for (const { at } of due) if (at < earliest) earliest = at;
  return earliest - performance.now();
}
