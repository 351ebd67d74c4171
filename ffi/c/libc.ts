/**
 * The C library, and why its calls fail.
 *
 * @module
 */

import { constants } from "node:os";
import { reasonOf } from "../../reason.ts";
import { platform } from "../platform.ts";
import { COLD_SYMBOLS, HOT_SYMBOLS } from "./libc_symbols.ts";

type Symbols<Definitions extends Deno.ForeignLibraryInterface> = {
  readonly [Name in keyof Deno.DynamicLibrary<Definitions>["symbols"]]: NonNullable<
    Deno.DynamicLibrary<Definitions>["symbols"][Name]
  >;
};

type HotCalls = Symbols<typeof HOT_SYMBOLS>;
type ColdCalls = Symbols<typeof COLD_SYMBOLS>;

/**
 * The opened C library: one function for each symbol of {@linkcode HOT_SYMBOLS} and
 * {@linkcode COLD_SYMBOLS}. Those that this C library lacks fail with ENOSYS.
 */
export type Libc = HotCalls & ColdCalls;

let opened: Libc | undefined;
let failure = 0;

/**
 * The C library of this system.
 *
 * It is opened at the first call and stays open: importing a module asks for no permission and has
 * no effect, and roles that make no system calls run on systems without a C library.
 */
export function libc(): Libc {
  return opened ??= open();
}

/**
 * Why the last call of {@linkcode libc} failed: its `errno`.
 *
 * C keeps that number in the memory of the thread, where whatever the runtime calls next may
 * overwrite it: to compile, to collect garbage, to handle a signal. So each function of
 * {@linkcode libc} copies it at once, and that copy stands until another one fails. Even so, a
 * number that nobody expects should be confirmed by asking again; see {@linkcode outcomeOf}.
 *
 * A call on another thread (`nonblocking: true`) sets the `errno` of that thread, which nobody can
 * read from here.
 */
export function errno(): number {
  return failure;
}

/**
 * Fails as a function of {@linkcode libc} does: returns -1, and leaves `number` as
 * {@linkcode errno}.
 */
export function failWith(number: number): -1 {
  failure = number;
  return -1;
}

function open(): Libc {
  const failures: string[] = [];
  for (const name of platform.cLibraries) {
    try {
      const cell = errnoCell(name);
      return { ...hotCalls(name, cell), ...coldCalls(name, cell) };
    } catch (error) {
      // Without the permission no other name can do better, and Deno's own message is the clearest.
      if (error instanceof Deno.errors.NotCapable) throw error;
      failures.push(`  ${name}: ${reasonOf(error)}`);
    }
  }
  throw new Error([
    "Cannot open the C library, which TUN interfaces and raw sockets need. Tried:",
    ...failures,
    "Install glibc or musl where the dynamic linker looks for it, or set LD_LIBRARY_PATH to its " +
    "directory.",
  ].join("\n"));
}

/**
 * The memory in which C keeps `errno` for this thread. It stays there: an isolate never leaves its
 * thread, and a worker loads this module again.
 */
function errnoCell(library: string): Int32Array {
  const { linux, darwin } = Deno.dlopen(library, {
    linux: { name: "__errno_location", type: "pointer", optional: true },
    darwin: { name: "__error", type: "pointer", optional: true },
  }).symbols;
  const finder = (darwin ?? linux) as Deno.PointerObject<never> | null;
  if (finder === null) throw new Error("It does not show where errno is");
  const find = new Deno.UnsafeFnPointer(finder, { parameters: [], result: "pointer" });
  const location = find.call();
  if (location === null) throw new Error("It does not show where errno is");
  const memory = Deno.UnsafePointerView.getArrayBuffer(location, Int32Array.BYTES_PER_ELEMENT);
  return new Int32Array(memory);
}

/** Each function has its own code here: only such code is compiled to a direct call into C. */
function hotCalls(library: string, cell: Int32Array): HotCalls {
  const calls = Deno.dlopen(library, HOT_SYMBOLS).symbols;
  const { read, write, poll, sendto, recvmmsg, sendmmsg, pollOnThread } = calls;
  return {
    pollOnThread,
    read(fd, buffer, count) {
      const result = read(fd, buffer, count);
      if (result < 0) failure = cell[0]!;
      return result;
    },
    write(fd, buffer, count) {
      const result = write(fd, buffer, count);
      if (result < 0) failure = cell[0]!;
      return result;
    },
    poll(fds, count, timeout) {
      const result = poll(fds, count, timeout);
      if (result < 0) failure = cell[0]!;
      return result;
    },
    sendto(fd, buffer, length, flags, address, addressLength) {
      const result = sendto(fd, buffer, length, flags, address, addressLength);
      if (result < 0) failure = cell[0]!;
      return result;
    },
    recvmmsg: recvmmsg === null ? notImplemented : (fd, messages, count, flags, timeout) => {
      const result = recvmmsg(fd, messages, count, flags, timeout);
      if (result < 0) failure = cell[0]!;
      return result;
    },
    sendmmsg: sendmmsg === null ? notImplemented : (fd, messages, count, flags) => {
      const result = sendmmsg(fd, messages, count, flags);
      if (result < 0) failure = cell[0]!;
      return result;
    },
  };
}

/** The functions of {@linkcode COLD_SYMBOLS}, called by their addresses. */
function coldCalls(library: string, cell: Int32Array): ColdCalls {
  const definitions: [string, Deno.ForeignFunction][] = Object.entries(COLD_SYMBOLS);
  const locations = definitions.map(([key, { name = key, optional = false }]) =>
    [key, { name, type: "pointer", optional }] as const
  );
  const addresses = Deno.dlopen(library, Object.fromEntries(locations)).symbols;
  const calls = definitions.map(([key, definition]) => {
    const address = addresses[key] as Deno.PointerObject<never> | null;
    if (address === null) return [key, notImplemented];
    const pointer = new Deno.UnsafeFnPointer(address, definition);
    const failed = failedResult(definition);
    return [key, (...args: never[]) => {
      const result: unknown = pointer.call(...args);
      if (result === failed) failure = cell[0]!;
      return result;
    }];
  });
  return Object.fromEntries(calls) as ColdCalls;
}

/** By what result a function of C shows that it failed. */
export function failedResult({ result }: Deno.ForeignFunction): -1 | 0 | null {
  if (result === "pointer") return null;
  // An unsigned result has no other way.
  return result === "u32" ? 0 : -1;
}

function notImplemented(): -1 {
  return failWith(constants.errno.ENOSYS);
}
