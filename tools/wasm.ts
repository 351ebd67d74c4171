// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Writes the WebAssembly of `memory/packet_memory.wat` into a module, so that no program has to
 * read a file for it:
 *
 *     deno task wasm
 *
 * @module
 */

import wabt from "./wabt.ts";

const SOURCE = new URL("../memory/packet_memory.wat", import.meta.url);
const MODULE = new URL("../memory/packet_memory_wasm.ts", import.meta.url);

/** The module as it ought to be. */
export async function wasmModule(): Promise<string> {
  const { parseWat } = await wabt();
  const parsed = parseWat("packet_memory.wat", await Deno.readTextFile(SOURCE), { simd: true });
  const { buffer } = parsed.toBinary({});
  const lines = [...buffer].map((octet) => octet.toString(16).padStart(2, "0")).join("")
    .match(/.{1,96}/g) ?? [];
  return [
    "/**",
    " * `packet_memory.wat` as WebAssembly, written by `deno task wasm`.",
    " *",
    " * @module",
    " */",
    "",
    "/** The module in hexadecimal digits. */",
    "export const PACKET_MEMORY_WASM: string = `",
    ...lines,
    "`;",
    "",
  ].join("\n");
}

if (import.meta.main) {
  await Deno.writeTextFile(MODULE, await wasmModule());
  console.log("Wrote memory/packet_memory_wasm.ts");
}
