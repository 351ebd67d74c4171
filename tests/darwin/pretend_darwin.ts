/**
 * A process that believes that it runs on macOS, with a stand-in for its C library.
 *
 * @module
 */

import { libsystem } from "./libsystem.ts";

/**
 * Makes Deno say that this is macOS, and opens the stand-in in place of its C library.
 *
 * It works as long as no module of the program is loaded: `ffi/platform.ts` asks for the system
 * once. The stand-in, `libsystem.c`, is compiled when the program opens the library.
 */
export function pretendDarwin(): void {
  Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "darwin" } });
  const { dlopen } = Deno;
  Object.defineProperty(Deno, "dlopen", {
    value: <Symbols extends Deno.ForeignLibraryInterface>(name: string, symbols: Symbols) =>
      dlopen(name === "libSystem.B.dylib" ? libsystem() : name, symbols),
  });
}
