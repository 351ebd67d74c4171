/**
 * The stand-in for macOS's C library, compiled.
 *
 * @module
 */

/** Names the compiled library to processes that this one starts. */
const VARIABLE = "TEREDO_TEST_LIBSYSTEM";

let path: string | undefined;

/** The path of the library. It is compiled once, in a folder that goes with this process. */
export function libsystem(): string {
  return path ??= Deno.env.get(VARIABLE) ?? compile();
}

/** The environment in which another process finds the library too. */
export function libsystemEnvironment(): Record<string, string> {
  return { [VARIABLE]: libsystem() };
}

function compile(): string {
  const folder = Deno.makeTempDirSync({ prefix: "teredo-libsystem-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const output = `${folder}/libSystem.B.dylib`;
  const source = new URL("libsystem.c", import.meta.url).pathname;
  const { success, stderr } = new Deno.Command("gcc", {
    args: ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", output, source],
    stdin: "null",
  }).outputSync();
  if (!success) throw new Error(`gcc ${source}: ${new TextDecoder().decode(stderr)}`);
  return output;
}
