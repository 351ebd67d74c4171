/**
 * `wabt`, by one more step than usual: see `tools/fast_check.ts`.
 *
 * @module
 */

export { default } from "npm:wabt@1.0.36";
