/**
 * Whether this build of the program has the real `@std` packages.
 *
 * The import map that puts the stand-ins of `tools/stand_ins/` in their place replaces this file
 * too, so the answer is fixed when the program is built.
 *
 * @module
 */

/** Whether stand-ins replace the `@std` packages. */
export const USES_STAND_INS: boolean = false;
