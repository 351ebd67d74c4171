/**
 * Tasks that run and end together.
 *
 * @module
 */

/** Something that runs until its signal aborts. */
export type Task = (signal: AbortSignal) => Promise<void>;

/**
 * Runs tasks until `signal` aborts or one of them ends. Then the others are aborted too.
 *
 * @throws what the first failing task threw, when all have ended
 */
export async function runTogether(signal: AbortSignal, ...tasks: Task[]): Promise<void> {
  // Not AbortSignal.any: Deno 2.7 may collect its signals although something listens to them, and
  // then the tasks never end.
  const stop = new AbortController();
  const end = () => stop.abort();
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  const running = tasks.map((task) => task(stop.signal));
  try {
    await Promise.race([...running, aborted(stop.signal)]);
  } finally {
    signal.removeEventListener("abort", end);
    end();
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
