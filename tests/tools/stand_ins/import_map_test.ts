import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../../deno.json" with { type: "json" };
import map from "../../../tools/stand_ins/import_map.json" with { type: "json" };

const here = new URL("../../../tools/stand_ins/", import.meta.url);
const mapped: Record<string, string> = map.imports;

Deno.test("import map: --import-map replaces deno.json's imports, so it has all of them", () => {
  for (const name of Object.keys(config.imports)) assert(name in mapped, `${name} is missing`);
});

Deno.test("import map: what does not come from JSR is the same file", () => {
  const root = new URL("../../", here);
  for (const [name, target] of Object.entries(config.imports)) {
    if (target.startsWith("jsr:")) continue;
    assertEquals(new URL(mapped[name]!, here).href, new URL(target, root).href);
  }
});

Deno.test("import map: deno.json names no npm package, which every task would download first", () => {
  for (const target of Object.values(config.imports)) assert(!target.startsWith("npm:"), target);
});

Deno.test("import map: a stand-in names the version it stands for", async () => {
  for (const [name, target] of Object.entries(config.imports)) {
    if (!target.startsWith("jsr:")) continue;
    const source = await Deno.readTextFile(new URL(mapped[name]!, here));
    assertStringIncludes(source, `Stands in for \`${target}\``);
  }
});

Deno.test("import map: each entry belongs to a package of deno.json, or says that stand-ins are used", () => {
  const names = Object.keys(config.imports);
  for (const name of Object.keys(mapped)) {
    if (name === "../../cli/process/uses_stand_ins.ts") continue;
    assert(names.some((each) => name === each || name.startsWith(`${each}/`)), name);
  }
});
