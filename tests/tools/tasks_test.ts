/** The tasks of `deno.json`. */
import { assert } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** Whether a path of a task exists: a file, a folder, or a pattern that matches a file. */
async function matches(pattern: string): Promise<boolean> {
  const [folder = "", rest] = pattern.split("**/");
  if (rest === undefined) return await Deno.stat(new URL(pattern, ROOT)).then(() => true);
  const ending = rest.replace("*", "");
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory ? await matches(`${folder}${name}/**/${rest}`) : name.endsWith(ending)) {
      return true;
    }
  }
  return false;
}

for (const [name, command] of Object.entries(config.tasks)) {
  Deno.test(`task ${name}: the files that it names exist`, async () => {
    for (const [path] of command.matchAll(/\b[\w.]+\/[\w./*]+|\b\w+\.ts\b/g)) {
      assert(await matches(path), `${path} matches nothing`);
    }
  });
}
