/**
 * The error of the stand-in for `@std/assert`.
 *
 * @module
 */

/** What a failed assertion throws. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** The test's own words behind the message, or its full stop. */
export function suffix(msg?: string): string {
  return msg ? `: ${msg}` : ".";
}
