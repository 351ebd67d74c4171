/**
 * `fast-check`, by one more step than usual. `deno task` downloads every `npm:` package that stands in
 * `deno.json` before it runs anything, with the TLS roots of Deno alone, and even for tasks without tests. Behind
 * a file the package is fetched when a test imports it, by a process that trusts the system's roots.
 *
 * @module
 */

export * from "npm:fast-check@4.3.0";
export { default } from "npm:fast-check@4.3.0";
