/** The generated files of packaging/: up to date, and none too many. */
import { assertEquals } from "@std/assert";
import { generatedFiles } from "../../packaging/examples.ts";

const PACKAGING = new URL("../../packaging/", import.meta.url);

for (const [path, text] of generatedFiles()) {
  Deno.test(`examples: packaging/${path} is what "deno task examples" writes`, async () => {
    assertEquals(await Deno.readTextFile(new URL(path, PACKAGING)), text);
  });
}

Deno.test("examples: etc/ and systemd/ have no other files", async () => {
  const found: string[] = [];
  for (const folder of ["etc", "systemd"]) {
    for await (const { name } of Deno.readDir(new URL(`${folder}/`, PACKAGING))) {
      found.push(`${folder}/${name}`);
    }
  }
  assertEquals(found.sort(), [...generatedFiles().keys()].sort());
});
