import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { chosenImports, commandLine, jsrResolves } from "../../tools/launch.ts";

Deno.test("launch: the import map comes behind the sub-command, if at all", () => {
  assertEquals(commandLine(["test", "-A", "x"], "jsr"), ["test", "-A", "x"]);
  const [command, flag, map, ...rest] = commandLine(["test", "-A", "x"], "offline");
  assertEquals([command, flag, ...rest], ["test", "--import-map", "-A", "x"]);
  assertMatch(map!, /tools[/\\]stand_ins[/\\]import_map\.json$/);
  assert(Deno.statSync(map!).isFile);
});

Deno.test("launch: TEREDO_IMPORTS overrides, and its mistakes name the remedy", () => {
  assertEquals(chosenImports("jsr"), "jsr");
  assertEquals(chosenImports("offline"), "offline");
  assertEquals(chosenImports(""), undefined);
  assertEquals(chosenImports(undefined), undefined);
  assertThrows(() => chosenImports("npm"), RangeError, 'Set it to "jsr" or "offline"');
});

Deno.test("launch: a registry that refuses connections does not resolve", async () => {
  const before = ["JSR_URL", "DENO_DIR"].map((name) => [name, Deno.env.get(name)] as const);
  const cache = await Deno.makeTempDir();
  try {
    // Port 9 is discard, which nobody runs; an empty cache holds nothing to fall back on.
    Deno.env.set("JSR_URL", "http://127.0.0.1:9/");
    Deno.env.set("DENO_DIR", cache);
    assertEquals(await jsrResolves(), false);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(cache, { recursive: true });
  }
});
