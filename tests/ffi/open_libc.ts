/**
 * Opens the C library before any test runs.
 *
 * It is opened at first use and stays open by design, which Deno's sanitizer would take for a leak
 * of the first test that uses it. To be imported for this effect by tests that come to call it.
 *
 * @module
 */

import { libc } from "../../ffi/c/libc.ts";

if (Deno.build.os === "linux") libc();
