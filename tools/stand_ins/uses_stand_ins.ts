/**
 * Replaces `cli/process/uses_stand_ins.ts` wherever the stand-ins replace `@std`.
 *
 * @module
 */

/** Stand-ins replace the `@std` packages. */
export const USES_STAND_INS: boolean = true;
