/**
 * Options of a socket that are one `int`, by descriptor.
 *
 * @module
 */

import { libc } from "./libc.ts";
import { allocate, u32 } from "./struct.ts";

const INT_SIZE = 4;

/** The value of an option; undefined if the descriptor isn't a socket or is gone. */
export function getInteger(fd: number, level: number, option: number): number | undefined {
  const value = allocate(INT_SIZE);
  const failed = libc().getsockopt(fd, level, option, value, allocateU32(INT_SIZE)) < 0;
  return failed ? undefined : u32.read(value, 0);
}

/** Sets an option. False if the kernel refuses. */
export function setInteger(fd: number, level: number, option: number, value: number): boolean {
  return libc().setsockopt(fd, level, option, allocateU32(value), INT_SIZE) === 0;
}

/** A number in newly allocated memory, for parameters that C takes by address. */
export function allocateU32(value: number): Uint8Array<ArrayBuffer> {
  const box = allocate(INT_SIZE);
  u32.write(box, 0, value);
  return box;
}
