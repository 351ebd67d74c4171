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
export async function runTogether(signal: AbortSignal, ...tasks: Task[]): Promise<void> {
  // Not AbortSignal.any: Deno 2.7 lets its signals be collected although someone listens to them, and then
  // nobody is told to end.
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
