/** Text fits terminals: no line is too long, no word is broken or lost, and columns are aligned. */
import { assertEquals } from "@std/assert";
import { writePictures } from "./document.ts";
import { HELP, REPORTS } from "./pictures.ts";
import { DOCUMENT } from "./write.ts";

const WIDTHS = [60, 80, 100];

/** So wide that nothing is wrapped. */
const ENDLESS = 100_000;

/**
 * The words in their order. A table that is too wide has commas between its cells instead, and a
 * command that goes on in the next line a backslash.
 */
function words(text: string): string[] {
  return text.split(/\s+/).map((word) => word.replace(/,$/, "")).filter((word) => word !== "\\");
}

/** Where the cells of a line begin that follow its first one: behind two blanks or more. */
function cellColumns(line: string): number[] {
  return Array.from(line.matchAll(/\S {2,}(?=\S)/g), ({ index, 0: gap }) => index + gap.length);
}

/**
 * Rows of one table: lines that follow one another, are indented by two and have the same number of
 * cells.
 */
function tables(text: string): string[][] {
  const found: string[][] = [];
  let last = 0;
  for (const line of text.split("\n")) {
    const { length } = /^ {2}\S/.test(line) ? cellColumns(line) : [];
    if (length > 0 && length === last) found.at(-1)!.push(line);
    else if (length > 0) found.push([line]);
    // What continues a row does not end its table.
    if (length > 0 || !/^ {4}/.test(line)) last = length;
  }
  return found.filter((rows) => rows.length > 1);
}

for (const { command, when, draw } of [...HELP, ...REPORTS]) {
  const what = when === "" ? command : `${command} (${when})`;
  const unwrapped = words(draw(ENDLESS));

  for (const width of WIDTHS) {
    Deno.test(`terminal: ${what} fits ${width} columns`, () => {
      const text = draw(width);
      const lines = text.split("\n");
      assertEquals(lines.filter((line) => line.length > width), [], "too long");
      assertEquals(lines.filter((line) => /\s$/.test(line)), [], "blanks at the end");
      assertEquals(words(text), unwrapped, "broken words");
      for (const rows of tables(text)) {
        const [first, ...others] = rows.map(cellColumns);
        for (const other of others) assertEquals(other, first, rows.join("\n"));
      }
    });
  }
}

Deno.test("terminal: tables are found, and what is wrong with them", () => {
  const text = "Head\n  a   one  x\n  bb  two  y\n      more of it\n  c   three  z\n";
  assertEquals(tables(text), [["  a   one  x", "  bb  two  y", "  c   three  z"]]);
  assertEquals(cellColumns("  a   one  x"), [6, 11]);
  const flat = REPORTS.filter(({ draw }) => tables(draw(80)).length === 0);
  assertEquals(flat.map(({ when }) => when), ["A peer that answers"]);
});

Deno.test("docs/terminal.md is what `deno task pictures` writes", async () => {
  assertEquals(await Deno.readTextFile(DOCUMENT), writePictures());
});
