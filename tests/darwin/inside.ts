/**
 * Makes a test process in its own namespace believe that it runs on macOS.
 *
 * To be imported before any module of the program, by tests of `namespaceTest`. The process that
 * starts those stays what it is.
 *
 * @module
 */

import { isInNamespace } from "../ffi/namespace.ts";
import { pretendDarwin } from "./pretend_darwin.ts";

if (isInNamespace()) pretendDarwin();
