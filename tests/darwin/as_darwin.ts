/**
 * Makes this process believe that it runs on macOS: see {@linkcode pretendDarwin}.
 *
 * To be imported before any module of the program.
 *
 * @module
 */

import { pretendDarwin } from "./pretend_darwin.ts";

pretendDarwin();
