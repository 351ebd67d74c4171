/**
 * The program's own file.
 *
 * @module
 */

/** The path of this executable; `undefined` if the program runs from its sources. */
export function ownExecutable(): string | undefined {
  return Deno.build.standalone ? Deno.execPath() : undefined;
}
