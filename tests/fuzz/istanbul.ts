/**
 * `istanbul-lib-instrument`, by one more step than usual: see `tools/fast_check.ts`.
 *
 * @module
 */

export { createInstrumenter } from "npm:istanbul-lib-instrument@6.0.3";
