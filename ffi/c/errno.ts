import { constants } from "node:os";
import { libc } from "./libc.ts";

/** A name of an error number as C programs write it, such as `"EPERM"`. */
export type ErrnoName = `E${string}`;

/** Numbers that node's table of this platform leaves out and that Linux gives us. */
const LINUX_EXTRAS = { EBADFD: 77 };

let names: Map<number, ErrnoName> | undefined;
let location: Deno.UnsafePointerView | undefined;

/**
 * The `errno` of this thread.
 *
 * It tells about the last call only when read right after it, with nothing awaited in between. After a
 * call on a thread of its own (`nonblocking: true`) it tells nothing.
 */
export function errno(): number {
  // The address is that of the thread, and an isolate never leaves its thread.
  location ??= locate();
  return location.getInt32();
}

function locate(): Deno.UnsafePointerView {
  const { errnoLocation, errnoLocationDarwin } = libc();
  const pointer = (errnoLocation ?? errnoLocationDarwin)?.() ?? null;
  if (pointer === null) {
    throw new Error("Cannot read errno: the C library does not tell where it is");
  }
  return new Deno.UnsafePointerView(pointer);
}

/** The name of an error number on this platform: 1 is `"EPERM"`; `"E9999"` for one unheard of. */
export function errnoName(number: number): ErrnoName {
  names ??= nameErrors();
  return names.get(number) ?? `E${number}`;
}

function nameErrors(): Map<number, ErrnoName> {
  const extras = Deno.build.os === "linux" ? LINUX_EXTRAS : {};
  const result = new Map<number, ErrnoName>();
  for (const [name, number] of Object.entries({ ...constants.errno, ...extras })) {
    // The first of several names is the usual one: EAGAIN, not EWOULDBLOCK.
    if (!result.has(number)) result.set(number, name as ErrnoName);
  }
  return result;
}

/** What the C library says about an error number: 1 is `"Operation not permitted"`. */
export function errnoText(number: number): string {
  const text = libc().strerror(number);
  return text === null ? `Error ${number}` : new Deno.UnsafePointerView(text).getCString();
}

/** A system call that failed. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  /** The call that failed, such as `"ioctl"`. */
  readonly syscall: string;
  /** The error number. */
  readonly errno: number;
  /** The error's name, such as `"EPERM"`. */
  readonly code: ErrnoName;

  /**
   * @param attempt What was attempted, to be read after "Cannot".
   * @param syscall The call that failed.
   * @param number The error number, by default the thread's `errno`.
   * @param remedy What a person can do about it.
   */
  constructor(attempt: string, syscall: string, number: number = errno(), remedy?: string) {
    const code = errnoName(number);
    const what = `Cannot ${attempt}: ${errnoText(number)} (${syscall}: ${code})`;
    super(remedy === undefined ? what : `${what}. ${remedy}`);
    this.syscall = syscall;
    this.errno = number;
    this.code = code;
  }
}
