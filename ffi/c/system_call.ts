/**
 * System calls whose failure counts.
 *
 * @module
 */

import { constants } from "node:os";
import { type ErrnoName, errnoName, SystemError } from "./errno.ts";
import { errno } from "./libc.ts";

/** How often a call is made at most until an error number is believed. */
const MAX_CALLS = 8;

/**
 * Makes a call, and gives its result or, negated, the number of the error that it fails with.
 *
 * An error number counts when two calls in a row give it: it may have been overwritten before we
 * could read it (see {@linkcode errno}), and a call that failed has done nothing, so it may be
 * repeated. Calls that a signal interrupts (EINTR) are repeated too.
 *
 * @param call a function of the C library that returns something negative when it fails
 */
export function outcomeOf(call: () => number): number {
  let suspected = 0;
  for (let i = 0; i < MAX_CALLS; i++) {
    const result = call();
    if (result >= 0) return result;
    const number = errno();
    if (number === suspected && number !== constants.errno.EINTR) break;
    suspected = number;
  }
  return -suspected;
}

/**
 * Makes a call that has to succeed, and gives its result.
 *
 * @param attempt what is attempted, to be read after "Cannot"
 * @param syscall the name of the call
 * @param remedy what a person can do about an error, if anything
 * @throws {SystemError} It fails.
 */
export function insist(
  attempt: string,
  syscall: string,
  call: () => number,
  remedy: (code: ErrnoName) => string | undefined = () => undefined,
): number {
  const outcome = outcomeOf(call);
  if (outcome >= 0) return outcome;
  throw new SystemError(attempt, syscall, -outcome, remedy(errnoName(-outcome)));
}
