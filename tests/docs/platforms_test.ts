/** docs/platforms.md claims nothing that was not seen, and the README agrees with it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../cli.ts";

const root = new URL("../../", import.meta.url);
const document = await Deno.readTextFile(new URL("docs/platforms.md", root));
const readme = await Deno.readTextFile(new URL("README.md", root));

/** What may be said of each column, from the first on. */
const WORDS = [
  ["system"],
  ["qemu", "never run"],
  ["stand-in", "never run", "no"],
  ["wine", "never run", "no"],
] as const;

/** The cells of the table behind a heading, row by row, its head first. */
function table(text: string, heading: string): string[][] {
  const [, section = ""] = text.split(`\n## ${heading}\n`);
  const rows = section.split(/\n## /)[0]!.split("\n").filter((line) => line.startsWith("|"));
  const cells = rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
  // The first table ends where the number of cells changes.
  const end = cells.findIndex((row) => row.length !== cells[0]!.length);
  return (end < 0 ? cells : cells.slice(0, end)).filter(([first]) => !/^-+$/.test(first!));
}

const [head, ...rows] = table(document, "What works where");

Deno.test("platforms: each cell is one of the words, and fits its system", () => {
  assertEquals(head, ["What", "Linux x64", "Linux arm64", "macOS x64, arm64", "Windows x64"]);
  assert(rows.length > 10);
  for (const [what, ...cells] of rows) {
    cells.forEach((cell, i) => {
      assert((WORDS[i] as readonly string[]).includes(cell), `${what}: ${cell}`);
    });
  }
});

Deno.test("platforms: what is said to have run here is in a test", async () => {
  const read = async (...paths: string[]) =>
    (await Promise.all(paths.map((path) => Deno.readTextFile(new URL(path, root))))).join("\n");
  const seen = {
    qemu: await read("tests/netns/arm64_test.ts"),
    "stand-in": await read("tests/netns/darwin_test.ts", "tests/darwin/darwin_teredo.ts"),
    wine: await read("tests/windows/exchange_test.ts", "tests/windows/wine.ts"),
  };
  for (const [what, ...cells] of rows) {
    const [, command] = /^`([\w-]+)/.exec(what!) ?? [];
    if (command === undefined) continue;
    assert(COMMANDS.some(({ name }) => name === command), what);
    for (const [word, source] of Object.entries(seen)) {
      if (cells.includes(word)) assertStringIncludes(source, `"${command}"`, `${what}: ${word}`);
    }
  }
});

Deno.test("platforms: the README has the same words for the same things", () => {
  const [readmeHead, ...readmeRows] = table(readme, "Platforms");
  assertEquals(readmeHead, head);
  assert(readmeRows.length > 3);
  for (const row of readmeRows) {
    assertEquals(row, rows.find(([what]) => what === row[0]), row[0]);
  }
});
