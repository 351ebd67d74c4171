/**
 * A program that does nothing: what Deno alone takes to start.
 *
 * @module
 */

Deno.exit(0);
