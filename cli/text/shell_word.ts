/**
 * Words for a shell.
 *
 * @module
 */

/** A word for a shell: as it is if nothing in it is special, otherwise quoted. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : singleQuoted(text);
}

/** Text in single quotes, for shells that take everything but the quote literally. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
