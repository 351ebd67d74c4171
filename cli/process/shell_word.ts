/**
 * Words for a shell.
 *
 * @module
 */

/** A word as a shell reads it: itself where nothing in it means anything, else between quotes. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quoted(text);
}

/** Text between single quotes, for shells that take everything but the quote as it stands. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
