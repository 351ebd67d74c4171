/**
 * `fast-check`, by one more step than usual. `deno task` downloads every `npm:` package that
 * `deno.json` names before it runs anything, with Deno's own TLS roots only, and even for tasks
 * without tests. This file makes Deno fetch the package when a test imports it, in a process that
 * trusts the system's roots.
 *
 * @module
 */

export * from "npm:fast-check@4.3.0";
export { default } from "npm:fast-check@4.3.0";
