/**
 * Words that begin a sentence.
 *
 * @module
 */

/** The text with a capital at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
