/** Holds docs/miredo.md to the tests that it names. */

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const DOCUMENT = await Deno.readTextFile(new URL("docs/miredo.md", ROOT));

/** An entry of the list of tests: number, file, where the link leads, name. */
const ENTRY = /^(\d+)\. \[([^\]]+)\]\(\.\.\/([^)]+)\): (.+)$/gm;

/** The last column of the table. */
const REFERENCES = /\| ([\d, ]+?) *\|$/gm;

Deno.test("miredo.md: every test that it names is there", async () => {
  const missing: string[] = [];
  for (const [, number, text, file, name] of DOCUMENT.matchAll(ENTRY)) {
    assertEquals(text, file, "a link leads elsewhere than it says");
    const source = await Deno.readTextFile(new URL(file!, ROOT));
    // Names are in quotes, and may follow a common title or precede what varies.
    const isThere = new RegExp(`["\`][^"\`\\n]*${RegExp.escape(name!)}[^"\\n]*["\`]`).test(source);
    if (!isThere) missing.push(`${number}. ${file}: ${name}`);
  }
  assertEquals(missing, []);
});

Deno.test("miredo.md: the table leads to each test of the list, and to no other", () => {
  const listed = Array.from(DOCUMENT.matchAll(ENTRY), ([, number]) => Number(number));
  const cells = Array.from(DOCUMENT.matchAll(REFERENCES), ([, cell]) => cell!);
  const referred = cells.flatMap((cell) => cell.split(",").map(Number));
  assert(cells.length >= 12);
  assertEquals(listed, listed.map((_, i) => i + 1));
  assertEquals(referred.toSorted((one, other) => one - other), listed);
});
