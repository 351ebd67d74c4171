/**
 * Opens the libraries of the system before any test runs.
 *
 * They are opened at first use and stay open by design, which Deno's sanitizer would take for a leak
 * of the first test that uses them. To be imported for this effect by tests that come to call them.
 *
 * @module
 */

import { libc } from "../../ffi/c/libc.ts";
import { ipQuestions } from "../../ffi/windows/iphlpapi.ts";
import { addressOfSetEvent, kernel32 } from "../../ffi/windows/kernel32.ts";
import { securityLibrary } from "../../ffi/windows/security_library.ts";

if (Deno.build.os === "windows") {
  securityLibrary();
  kernel32();
  ipQuestions();
  addressOfSetEvent();
} else libc();
