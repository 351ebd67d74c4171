/** What the documents refer to exists: links, headings, tasks, issue templates. */
import { assert, assertArrayIncludes, assertEquals, assertMatch } from "@std/assert";
import { parse } from "@std/yaml";
import config from "../../deno.json" with { type: "json" };
import { documents, ROOT } from "./documents.ts";

/** The anchor that GitHub makes of a heading. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\w\s-]/g, "").replaceAll(" ", "-");
}

function anchorsOf(text: string): string[] {
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading]) => anchorOf(heading!));
}

for (const { path, text } of await documents()) {
  Deno.test(`${path}: what it links to in this repository exists`, async () => {
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link!)) continue;
      const [to, anchor] = link!.split("#");
      const target = to === "" ? text : await readTarget(new URL(to!, new URL(path, ROOT)));
      if (anchor) assertArrayIncludes(anchorsOf(target), [anchor], link);
    }
  });

  Deno.test(`${path}: the tasks that it names exist`, () => {
    const tasks = Array.from(text.matchAll(/deno task ([\w:]+)/g), ([, task]) => task!);
    assertArrayIncludes(Object.keys(config.tasks), tasks);
  });
}

/** The folders of the repository, in which a path of a document can be. */
const FOLDERS = await topFolders();

for (const { path, text } of await documents()) {
  Deno.test(`${path}: the files and folders that it names exist`, async () => {
    const missing: string[] = [];
    for (const line of text.split("\n")) {
      if (/\bto come\b/i.test(line)) continue;
      for (const [, named] of line.matchAll(/`([\w.-]+\/[\w./-]*)`/g)) {
        if (!FOLDERS.has(named!.split("/")[0]!)) continue;
        await Deno.stat(new URL(named!, ROOT)).catch(() => missing.push(named!));
      }
    }
    assertEquals(missing, []);
  });
}

async function topFolders(): Promise<Set<string>> {
  const entries = await Array.fromAsync(Deno.readDir(ROOT));
  const folders = entries.filter(({ name, isDirectory }) => isDirectory && name !== "dist");
  return new Set(folders.map(({ name }) => name));
}

/** The text of a file; nothing for a folder. */
async function readTarget(target: URL): Promise<string> {
  return (await Deno.stat(target)).isFile ? await Deno.readTextFile(target) : "";
}

Deno.test("CHANGELOG.md: what comes is first, then this version", async () => {
  const text = await Deno.readTextFile(new URL("CHANGELOG.md", ROOT));
  const versions = Array.from(text.matchAll(/^## (\S+)(?: - \d{4}-\d\d-\d\d)?$/gm), ([, it]) => it);
  assertEquals(versions.slice(0, 2), ["Unreleased", config.version]);
});

Deno.test("SECURITY.md: reports go to no personal address", async () => {
  const text = await Deno.readTextFile(new URL("SECURITY.md", ROOT));
  assertEquals(text.match(/\S+@\S+\.\w+/), null);
  assertMatch(text, /Report a vulnerability/);
});

Deno.test("issue templates: forms as GitHub wants them", async () => {
  const folder = new URL(".github/ISSUE_TEMPLATE/", ROOT);
  for await (const { name } of Deno.readDir(folder)) {
    const form = parse(await Deno.readTextFile(new URL(name, folder))) as {
      readonly name: string;
      readonly description: string;
      readonly body: readonly { readonly type: string; readonly id?: string }[];
    };
    assert(form.name.length > 0 && form.description.length > 0, name);
    const fields = form.body.filter(({ type }) => type !== "markdown");
    assertEquals(new Set(fields.map(({ id }) => id)).size, fields.length, name);
    for (const { type } of form.body) {
      assertMatch(type, /^(?:markdown|textarea|input|dropdown|checkboxes)$/);
    }
  }
});
