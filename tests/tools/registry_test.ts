import { assertEquals, assertStringIncludes } from "@std/assert";
import { answer, readPackages } from "../../tools/registry.ts";

Deno.test("registry: packages are served as JSR does, their bare imports with versions", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (
      const [path, text] of [
        ["fmt/deno.json", '{ "version": "1.2.3", "exports": { "./colors": "./colors.ts" } }'],
        ["fmt/colors.ts", "export const red = 1;\n"],
        ["fmt/colors_test.ts", ""],
        ["log/deno.json", '{ "version": "0.1.0", "exports": "./mod.ts" }'],
        ["log/mod.ts", 'export { red } from "@std/fmt/colors";\n'],
      ] as const
    ) {
      await Deno.mkdir(`${directory}/${path.split("/")[0]}`, { recursive: true });
      await Deno.writeTextFile(`${directory}/${path}`, text);
    }
    const packages = await readPackages(directory);
    const get = (path: string) => answer(packages, new Request(`http://localhost/@std/${path}`));

    assertEquals((await (await get("log/meta.json")).json()).versions, { "0.1.0": {} });
    const meta = await (await get("fmt/1.2.3_meta.json")).json();
    assertEquals(meta.exports, { "./colors": "./colors.ts" });
    assertEquals(Object.keys(meta.manifest).sort(), ["/colors.ts", "/deno.json"]);
    assertStringIncludes(
      await (await get("log/0.1.0/mod.ts")).text(),
      'from "jsr:@std/fmt@1.2.3/colors"',
    );
    assertEquals((await get("yaml/meta.json")).status, 404);
    assertEquals((await get("log/0.2.0/mod.ts")).status, 404);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
