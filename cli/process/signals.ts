/**
 * Signals: ending, and reading files again.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";

/** A shell expects this exit code, plus the signal's number, of a program that a signal ended. */
const KILLED = 128;

/** When a role reads its files again, as words. */
export const REREADING: string = platform.reloadSignal === undefined
  ? "it is read again when the role starts"
  : `on ${platform.reloadSignal} it is read again`;

/** How many listeners do something at a SIGHUP, which then does not end the program. */
let listeners = 0;

/**
 * A signal that aborts at the first SIGINT or SIGTERM, for a clean end, and at a SIGHUP if nothing
 * listens to that. A second one ends the program at once.
 *
 * @param controller aborts it too, for other reasons
 */
export function interruptionSignal(
  controller: AbortController = new AbortController(),
): AbortSignal {
  for (const { name, number } of platform.endSignals) {
    Deno.addSignalListener(name, () => {
      if (name === platform.reloadSignal && listeners > 0) return;
      if (controller.signal.aborted) Deno.exit(KILLED + number);
      controller.abort();
    });
  }
  return controller.signal;
}

/** Does something at each SIGHUP, until disposal. Windows does not have this signal. */
export function onHangup(action: () => void): Disposable {
  const { reloadSignal } = platform;
  if (reloadSignal === undefined) return { [Symbol.dispose]: () => {} };
  Deno.addSignalListener(reloadSignal, action);
  listeners++;
  return {
    [Symbol.dispose]() {
      Deno.removeSignalListener(reloadSignal, action);
      listeners--;
    },
  };
}
