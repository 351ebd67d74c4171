/**
 * What an error says, wherever one becomes a message.
 *
 * @module
 */

/** The message of an error; for anything else that was thrown, its text. */
export function reasonOf(error: unknown): string {
  const original = originalError(error);
  return original instanceof Error ? original.message : String(original);
}

/**
 * The error that came first. When an error leaves a block and closing what the block holds
 * (`using`) fails too, JavaScript throws a SuppressedError that has both, and its own message
 * that says nothing.
 */
export function originalError(error: unknown): unknown {
  let original = error;
  while (original instanceof SuppressedError) original = original.suppressed;
  return original;
}

/**
 * Where an error comes from, for people who look for a fault: stack, cause, and what closing added
 * to it.
 */
export function traceOf(error: unknown): string {
  if (error instanceof SuppressedError) {
    return `${traceOf(error.suppressed)}\nClosing failed too: ${traceOf(error.error)}`;
  }
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\nCaused by: ${traceOf(error.cause)}`;
}
