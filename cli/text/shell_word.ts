/**
 * Words for a shell.
 *
 * @module
 */

/** A word for a shell: as it is if nothing in it is special, otherwise quoted. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quoted(text);
}

/** Text in single quotes, for shells that take everything but the quote literally. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
