/**
 * `deno task matrix`: prints which clients meet, and writes it to `docs/matrix.md`.
 *
 * @module
 */

import { writeMatrix } from "./document.ts";

/** The document. */
export const DOCUMENT = new URL("../../docs/matrix.md", import.meta.url);

if (import.meta.main) {
  const text = writeMatrix();
  await Deno.writeTextFile(DOCUMENT, text);
  await Deno.stdout.write(new TextEncoder().encode(text));
}
