/**
 * `uqr`, which draws QR codes. It has its own file because every task would download a package that
 * `deno.json` names.
 *
 * @module
 */

export { renderUnicodeCompact } from "npm:uqr@0.1.3";
