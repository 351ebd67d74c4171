/**
 * Descriptors of macOS: settings, and requests to what is behind them.
 *
 * `ioctl`, `fcntl` and `open` are variadic in C. Apple's arm64 passes variadic arguments on the
 * stack, where a call with fixed arguments does not put them. `__ioctl` is what `ioctl` calls
 * (xnu, libsyscall/wrappers/ioctl.c), and it has fixed arguments. What `fcntl` is for elsewhere, it
 * can do too.
 *
 * @module
 */

import { libc } from "../c/libc.ts";
import { allocate } from "../c/struct.ts";
import { FIOCLEX, FIONBIO } from "./kernel/kernel_numbers.ts";

/** `int` 1. */
const ON = new Uint8Array(Int32Array.of(1).buffer);

/** Makes a request about a descriptor: negative if it fails. */
export function control(fd: number, request: bigint, argument: Uint8Array<ArrayBuffer>): number {
  return libc().darwinIoctl(fd, request, argument);
}

/** Programs that this one starts will not have the descriptor. */
export function closeOnExecute(fd: number): void {
  control(fd, FIOCLEX, allocate(0));
}

/** Reading and writing return EAGAIN instead of waiting. */
export function makeNonblocking(fd: number): number {
  return control(fd, FIONBIO, ON);
}
