/**
 * Ending, and reading files again, on request.
 *
 * @module
 */

/** The signals that end the program, with the exit code that a shell expects of a second one. */
const SIGNALS: readonly (readonly [Deno.Signal, number])[] = Deno.build.os === "windows"
  ? [["SIGINT", 130], ["SIGBREAK", 149]]
  : [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]];

/** How many do something else at a SIGHUP than end. */
let listeners = 0;

/**
 * A signal that aborts at the first SIGINT or SIGTERM, for a clean end, and at a SIGHUP where nobody
 * reads files again. A second one ends the program at once.
 *
 * @param controller aborts it too, for other reasons
 */
export function interruption(controller: AbortController = new AbortController()): AbortSignal {
  for (const [name, exitCode] of SIGNALS) {
    Deno.addSignalListener(name, () => {
      if (name === "SIGHUP" && listeners > 0) return;
      if (controller.signal.aborted) Deno.exit(exitCode);
      controller.abort();
    });
  }
  return controller.signal;
}

/** Does something at each SIGHUP, until disposal. Windows has no such signal. */
export function onHangup(action: () => void): Disposable {
  if (Deno.build.os === "windows") return { [Symbol.dispose]: () => {} };
  Deno.addSignalListener("SIGHUP", action);
  listeners++;
  return {
    [Symbol.dispose]() {
      Deno.removeSignalListener("SIGHUP", action);
      listeners--;
    },
  };
}
