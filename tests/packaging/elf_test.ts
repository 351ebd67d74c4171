import { assert, assertEquals, assertThrows } from "@std/assert";
import { readElf } from "../../packaging/elf.ts";
import { requires } from "../capabilities.ts";

const needs = requires("linux", "readelf");

Deno.test({
  name: needs.title("ELF: libraries and versions are those that readelf shows"),
  ignore: needs.ignore,
  fn: async () => {
    const path = Deno.execPath();
    const shown = await readelf("-d", path);
    const libraries = Array.from(shown.matchAll(/\(NEEDED\).*\[(.*)\]/g), ([, name]) => name!);
    const { versions, ...rest } = readElf(await Deno.readFile(path));
    assertEquals(rest.libraries, libraries);
    const needed = (await readelf("-V", path)).split("Version needs section")[1] ?? "";
    const names = Array.from(needed.matchAll(/Name: (\S+) +Flags/g), ([, name]) => name!);
    assertEquals(versions, [...new Set(names)]);
  },
});

Deno.test("ELF: another kind of file is refused", () => {
  assertThrows(() => readElf(new TextEncoder().encode("#!/bin/sh")), Error, "not an executable");
  // 32 bits.
  const old = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 1, ...new Uint8Array(58));
  assertThrows(() => readElf(old), Error, "not an executable");
  assert(needs);
});

async function readelf(...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("readelf", { args: ["--wide", ...args] }).output();
  return new TextDecoder().decode(stdout);
}
