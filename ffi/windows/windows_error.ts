/**
 * Error numbers of Windows, as names and as messages.
 *
 * @module
 */

import { type ErrnoName, SystemError } from "../c/errno.ts";
import { kernel32 } from "./kernel32.ts";

// The numbers are those of winerror.h of the Windows SDK, which Microsoft's "System Error Codes"
// lists.
export const ERROR_SUCCESS = 0;
export const ERROR_FILE_NOT_FOUND = 2;
export const ERROR_ACCESS_DENIED = 5;
export const ERROR_HANDLE_EOF = 38;
export const ERROR_NO_MORE_ITEMS = 259;
export const ERROR_NOT_FOUND = 1168;
const ERROR_NETWORK_UNREACHABLE = 1231;
const ERROR_HOST_UNREACHABLE = 1232;
export const ERROR_OBJECT_ALREADY_EXISTS = 5010;

/** An error: its name in winerror.h, the name of errno that means the same, and what it means. */
type ErrorWords = readonly [name: string, code: ErrnoName, text: string];

const WORDS: Readonly<Record<number, ErrorWords>> = {
  [ERROR_SUCCESS]: ["no error number", "EIO", "Windows does not say why"],
  [ERROR_FILE_NOT_FOUND]: ["ERROR_FILE_NOT_FOUND", "ENOENT", "it does not exist"],
  [ERROR_ACCESS_DENIED]: ["ERROR_ACCESS_DENIED", "EACCES", "access is denied"],
  6: ["ERROR_INVALID_HANDLE", "EBADF", "the handle is not valid"],
  8: ["ERROR_NOT_ENOUGH_MEMORY", "ENOMEM", "there is not enough memory"],
  13: ["ERROR_INVALID_DATA", "EIO", "the data are damaged"],
  31: ["ERROR_GEN_FAILURE", "EIO", "a device does not work"],
  [ERROR_HANDLE_EOF]: ["ERROR_HANDLE_EOF", "ENODEV", "it has ended"],
  50: ["ERROR_NOT_SUPPORTED", "EOPNOTSUPP", "Windows does not support it"],
  87: ["ERROR_INVALID_PARAMETER", "EINVAL", "a parameter is not valid"],
  111: ["ERROR_BUFFER_OVERFLOW", "ENOBUFS", "there is no room"],
  126: ["ERROR_MOD_NOT_FOUND", "ENOENT", "a library is missing"],
  183: ["ERROR_ALREADY_EXISTS", "EEXIST", "it exists already"],
  [ERROR_NO_MORE_ITEMS]: ["ERROR_NO_MORE_ITEMS", "EAGAIN", "there is nothing more"],
  577: ["ERROR_INVALID_IMAGE_HASH", "EACCES", "Windows does not trust the driver's signature"],
  [ERROR_NOT_FOUND]: ["ERROR_NOT_FOUND", "ENOENT", "it does not exist"],
  [ERROR_NETWORK_UNREACHABLE]: ["ERROR_NETWORK_UNREACHABLE", "ENETUNREACH", "no route leads there"],
  [ERROR_HOST_UNREACHABLE]: ["ERROR_HOST_UNREACHABLE", "EHOSTUNREACH", "no route leads there"],
  1275: ["ERROR_DRIVER_BLOCKED", "EACCES", "Windows blocks the driver"],
  1450: ["ERROR_NO_SYSTEM_RESOURCES", "ENOMEM", "Windows has too few resources left"],
  1460: ["ERROR_TIMEOUT", "ETIMEDOUT", "it took too long"],
  [ERROR_OBJECT_ALREADY_EXISTS]: ["ERROR_OBJECT_ALREADY_EXISTS", "EEXIST", "it exists already"],
};

/**
 * A call of Windows that failed. Its `code` is the name that Unix has for such an error.
 *
 * @param attempt what was attempted, to be read after "Cannot"
 * @param call the function that failed
 * @param number the error number
 * @param remedy what a person can do about it
 */
export function windowsError(
  attempt: string,
  call: string,
  number: number,
  remedy?: string,
): SystemError {
  const [name, code, text] = WORDS[number] ??
    [`error ${number}`, `E${number}`, `"net helpmsg ${number}" says why`];
  return new SystemError(attempt, call, number, remedy, { name, code, text });
}

/** Calls in a row that must give an error number until it is believed. */
const MAX_CALLS = 4;

/**
 * Makes a call, and gives its result or the number of the error that it fails with.
 *
 * The runtime may make other calls before `GetLastError` is asked. So an error number counts
 * when two calls in a row give it; a call that failed has done nothing, and may be repeated.
 *
 * @param call returns undefined when it fails
 */
export function askTwice<Result extends object>(call: () => Result | undefined): Result | number {
  let suspected = ERROR_SUCCESS;
  for (let i = 0; i < MAX_CALLS; i++) {
    const result = call();
    if (result !== undefined) return result;
    const number = kernel32().GetLastError();
    if (number === suspected) break;
    suspected = number;
  }
  return suspected;
}
