/**
 * Error numbers of system calls, as names and as messages.
 *
 * @module
 */

import { constants } from "node:os";
import { platform } from "../platform.ts";
import { libc } from "./libc.ts";

/** A name of an error number as C programs write it, such as `"EPERM"`. */
export type ErrnoName = `E${string}`;

let names: Map<number, ErrnoName> | undefined;

/**
 * The name of an error number on this system: 1 is `"EPERM"`. An unknown number 9999 is `"E9999"`.
 */
export function errnoName(number: number): ErrnoName {
  names ??= nameErrors();
  return names.get(number) ?? `E${number}`;
}

/** The error number of a name that {@linkcode errnoName} gave. */
export function errnoNumber(name: ErrnoName): number {
  names ??= nameErrors();
  for (const [number, each] of names) if (each === name) return number;
  return Number(name.slice(1));
}

function nameErrors(): Map<number, ErrnoName> {
  const result = new Map<number, ErrnoName>();
  for (const table of [platform.errorNumbers, constants.errno]) {
    for (const [name, number] of Object.entries(table)) {
      // The first of several names is the usual one: EAGAIN, not EWOULDBLOCK.
      if (!result.has(number)) result.set(number, name as ErrnoName);
    }
  }
  return result;
}

/** What the C library says about an error number: 1 is `"Operation not permitted"`. */
export function errnoText(number: number): string {
  const text = libc().strerror(number);
  return text === null ? `Error ${number}` : new Deno.UnsafePointerView(text).getCString();
}

/** An error number in words. */
interface ErrorWords {
  /** Its name on its own system: `"EPERM"`, or `"ERROR_ACCESS_DENIED"` on Windows. */
  readonly name: string;
  /** The name that C programs have for such an error. */
  readonly code: ErrnoName;
  /** What it means. */
  readonly text: string;
}

/** An error number of the C library in words. */
function errnoWords(number: number): ErrorWords {
  const code = errnoName(number);
  return { name: code, code, text: errnoText(number) };
}

/** A system call that failed. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  /** The call that failed, such as `"ioctl"`. */
  readonly syscall: string;
  /** The error number. */
  readonly errno: number;
  /** The error's name, such as `"EPERM"`: on every system the one that C programs have for it. */
  readonly code: ErrnoName;

  /**
   * @param attempt what was attempted, to be read after "Cannot"
   * @param syscall the call that failed
   * @param number the error number
   * @param remedy what a person can do about it
   * @param words what the number means, if it does not come from the C library
   */
  constructor(
    attempt: string,
    syscall: string,
    number: number,
    remedy?: string,
    { name, code, text }: ErrorWords = errnoWords(number),
  ) {
    const what = `Cannot ${attempt}: ${text} (${syscall}: ${name})`;
    super(remedy === undefined ? what : `${what}. ${remedy}`);
    this.syscall = syscall;
    this.errno = number;
    this.code = code;
  }
}
