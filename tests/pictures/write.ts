/**
 * `deno task pictures`: writes what people see in a terminal to `docs/terminal.md`.
 *
 * @module
 */

import { writePictures } from "./document.ts";

/** The document. */
export const DOCUMENT = new URL("../../docs/terminal.md", import.meta.url);

if (import.meta.main) await Deno.writeTextFile(DOCUMENT, writePictures());
