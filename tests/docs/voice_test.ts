/** The documents are in plain English. */
import { assert, assertEquals } from "@std/assert";
import { documents, ROOT } from "./documents.ts";
import { AVOIDED, avoidedIn } from "./voice.ts";

/** Folders of files that people read besides the documents. */
const READ_BY_PEOPLE = ["packaging/", ".github/", ".ci/"];

/** Sources whose strings and comments are held to it as well. */
const SOURCES = [
  ...["cli/", "nodes/", "io/", "ffi/", "client/", "server/", "relay/", "protocol/", "wire/"],
  ...["offload/", "memory/", "tools/", "bench/", "cli.ts", "mod.ts", "reason.ts"],
  // What a person sees of the demo and of services, and the rooms of tests that are held to it so far.
  ...["tests/demo/", "tests/ffi/", "tests/packaging/", "tests/tools/"],
];

/** Data, and words of others. */
const NOT_PROSE = /\.(?:json|wat|svg)$/;

/** Of the conventions only the examples of what to avoid break the rules. */
const BEFORE_AND_AFTER = /^## Voice\n.*?^## /ms;

for (const { path, text } of await documents()) {
  Deno.test(`voice: ${path} is in plain English`, () => {
    assertEquals(avoidedIn(proseOf(text)), []);
  });
}

Deno.test("voice: packages, services, workflows, help, messages and comments are in plain English", async () => {
  const found: string[] = [];
  for (const folder of [...READ_BY_PEOPLE, ...SOURCES]) {
    for await (const path of folder.endsWith("/") ? filesIn(folder) : [folder]) {
      const text = await Deno.readTextFile(new URL(path, ROOT));
      found.push(...avoidedIn(text).map((place) => `${path}:${place}`));
    }
  }
  assertEquals(found, []);
});

Deno.test("voice: the examples of the conventions show what the test finds", async () => {
  const text = await Deno.readTextFile(new URL("docs/conventions.md", ROOT));
  const [section] = BEFORE_AND_AFTER.exec(text)!;
  const rows = Array.from(section.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)).slice(2);
  assert(rows.length >= 10, `${rows.length} pairs`);
  for (const [, before, after] of rows) {
    assert(avoidedIn(before!).length > 0, before);
    assertEquals(avoidedIn(after!), []);
  }
});

Deno.test("voice: each turn of phrase can be found", () => {
  const old = [
    ...[
      "The client who asks",
      "to whom it belongs",
      "Whoever asks",
      "It is no server",
      "It is none",
    ],
    ...["not to be had", "for want of room", "what it is at", "does not prove to know the secret"],
    ...["it knows no way back", "a sign of life", "a key of its own", "be it large"],
    ...["dropped, for it is large", "Beside a server", "It tells whether", "It stands in a file"],
    ...["what Deno has not.", "what a person can mend", "made anew", "one; else none"],
    ...["is to be sent", "It is at hand", "That does not do", "It wants another"],
  ];
  assertEquals(old.length, AVOIDED.length);
  for (const [index, { pattern }] of AVOIDED.entries()) {
    assert(pattern.test(old[index]!), `${pattern}`);
  }
});

/** The text without code, output, and, in the conventions, without what is shown as wrong. */
function proseOf(text: string): string {
  return text
    .replace(BEFORE_AND_AFTER, (section) => section.replaceAll(/[^\n]/g, ""))
    .replaceAll(/^```.*?^```$/gms, (block) => block.replaceAll(/[^\n]/g, ""))
    .replaceAll(/^ {4}.*$/gm, "")
    .replaceAll(/`[^`\n]*`/g, "…")
    // Titles of tests, in the conformance page and in that of Miredo.
    .replaceAll(/“[^”\n]*”|(?<=^\d+\. \[.*\): ).*$/gm, "…");
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* filesIn(`${folder}${name}/`);
    else if (!NOT_PROSE.test(name)) yield folder + name;
  }
}
