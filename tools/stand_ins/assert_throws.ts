/**
 * `assertThrows` and `assertRejects` of the stand-in for `@std/assert`.
 *
 * @module
 */

import { AssertionError, suffix } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any -- a class with any constructor, as in the package
type ErrorType<E extends Error> = abstract new (...args: any[]) => E;

/** Calls `fn`, which must throw; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Calls `fn`, which must throw an error of that class, with that text in its message. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorType<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ErrorType<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  try {
    fn();
  } catch (error) {
    return checked(error, classOrMsg, msgIncludes, msg);
  }
  return missing("Expected function to throw", classOrMsg, msg);
}

/** Calls `fn`, whose promise must be rejected; resolves to the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Calls `fn`, whose promise must be rejected with an error of that class and text. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorType<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorType<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const promise = started(fn, classOrMsg, msg);
  try {
    await promise;
  } catch (error) {
    return checked(error, classOrMsg, msgIncludes, msg);
  }
  return missing("Expected function to reject", classOrMsg, msg);
}

/** A function that throws before there is a promise does not reject. */
function started(
  fn: () => PromiseLike<unknown>,
  classOrMsg: ErrorType<Error> | string | undefined,
  msg: string | undefined,
): PromiseLike<unknown> {
  try {
    const promise: unknown = fn();
    if (typeof (promise as PromiseLike<unknown> | undefined)?.then === "function") {
      return promise as PromiseLike<unknown>;
    }
  } catch {
    // Told below, like a function that returns something else.
  }
  return missing("Function throws when expected to reject", classOrMsg, msg);
}

function checked(
  error: unknown,
  classOrMsg: ErrorType<Error> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): unknown {
  if (typeof classOrMsg === "function") {
    assertIsError(error, classOrMsg, msgIncludes, msg);
  }
  return error;
}

function missing(
  what: string,
  classOrMsg: ErrorType<Error> | string | undefined,
  msg: string | undefined,
): never {
  const words = typeof classOrMsg === "string" ? classOrMsg : msg;
  throw new AssertionError(`${what}${suffix(words)}`);
}

/** `error` is an error, of that class and with that text in its message. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorType<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(`Expected "error" to be an Error object${suffix(msg)}`);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor.name}"` +
        suffix(msg),
    );
  }
  if (msgMatches !== undefined && !matches(error.message, msgMatches)) {
    throw new AssertionError(
      `Expected error message to include ${JSON.stringify(String(msgMatches))}, ` +
        `but got ${JSON.stringify(error.message)}${suffix(msg)}`,
    );
  }
}

function matches(text: string, pattern: string | RegExp): boolean {
  return typeof pattern === "string" ? text.includes(pattern) : pattern.test(text);
}
