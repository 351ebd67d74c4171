/** The generated files of packaging/: up to date, and none too many. */
import { assertEquals } from "@std/assert";
import { generatedFiles } from "../../packaging/examples.ts";
import { requires } from "../capabilities.ts";

const PACKAGING = new URL("../../packaging/", import.meta.url);

// Their defaults are those of the system that they are written on.
const { title, ignore } = requires("linux");

for (const [path, text] of generatedFiles()) {
  Deno.test({
    name: title(`examples: packaging/${path} is what "deno task examples" writes`),
    ignore,
    fn: async () => {
      assertEquals(await Deno.readTextFile(new URL(path, PACKAGING)), text);
    },
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
