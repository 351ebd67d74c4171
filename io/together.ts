/**
 * Tasks that live and end together.
 *
 * @module
 */

/** Something that goes on until its signal aborts. */
export type Task = (signal: AbortSignal) => Promise<void>;

/**
 * Runs tasks until `signal` aborts or one of them ends; then the others are told to end too.
 *
 * @throws what the first failing task threw, when all have ended
 */
export async function together(signal: AbortSignal, ...tasks: Task[]): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const running = tasks.map((task) => task(either));
  try {
    await Promise.race([...running, aborted(either)]);
  } finally {
    stop.abort();
    await Promise.allSettled(running);
  }
}

/** Waits for `signal` to abort. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
