import { OFTEN, SELDOM } from "./libc_symbols.ts";
import { reasonOf } from "../../reason.ts";

/** The opened C library: one function for each symbol of {@linkcode OFTEN} and {@linkcode SELDOM}. */
export type Libc = Deno.DynamicLibrary<typeof OFTEN & typeof SELDOM>["symbols"];

let opened: Libc | undefined;

/**
 * The C library of this system.
 *
 * It is opened at the first call and stays open: importing a module asks for no permission and has no
 * effect, and roles that need no system calls run where there is no C library to be had.
 */
export function libc(): Libc {
  return opened ??= open();
}

/** Where the C library may be found, in the order tried. */
function candidates(): string[] {
  switch (Deno.build.os) {
    case "linux":
      return ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`];
    case "darwin":
      return ["libSystem.B.dylib"];
    default:
      return [];
  }
}

function open(): Libc {
  const names = candidates();
  const failures: string[] = [];
  for (const name of names) {
    try {
      return { ...Deno.dlopen(name, OFTEN).symbols, ...openSeldom(name) } as Libc;
    } catch (error) {
      // Without the permission no other name can do better, and Deno's own message is the clearest.
      if (error instanceof Deno.errors.NotCapable) throw error;
      failures.push(`  ${name}: ${reasonOf(error)}`);
    }
  }
  if (names.length === 0) {
    throw new Error(
      `Cannot call the C library: system calls are supported on Linux and macOS, this is ${Deno.build.os}`,
    );
  }
  throw new Error([
    "Cannot open the C library, which TUN interfaces and raw sockets need. Tried:",
    ...failures,
    "Install glibc or musl where the dynamic linker looks for it, or set LD_LIBRARY_PATH to its directory.",
  ].join("\n"));
}

/** The functions of {@linkcode SELDOM}, called by their addresses. */
function openSeldom(library: string): Record<string, unknown> {
  const definitions: [string, Deno.ForeignFunction][] = Object.entries(SELDOM);
  const locations = definitions.map(([key, { name = key, optional = false }]) =>
    [key, { name, type: "pointer", optional }] as const
  );
  const addresses = Deno.dlopen(library, Object.fromEntries(locations)).symbols;
  return Object.fromEntries(definitions.map(([key, definition]) => {
    const address = addresses[key] as Deno.PointerObject<never> | null;
    if (address === null) return [key, null];
    const pointer = new Deno.UnsafeFnPointer(address, definition);
    return [key, pointer.call.bind(pointer)];
  }));
}
