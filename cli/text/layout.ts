/**
 * Text in lines that fit: words stay whole, and what continues is indented.
 *
 * @module
 */

/** Columns that a description needs next to its term; with fewer it goes below. */
const LEAST_ROOM = 24;

/** Columns by which a description below its term is indented. */
const BELOW_INDENT = 6;

/**
 * Breaks text into lines of at most `width` columns. A word that is longer has a line to itself.
 * What is in double quotes, such as a command to copy, stays in one line if it fits into one.
 *
 * @param indent columns by which lines from the second on are indented
 */
export function wrap(text: string, width: number, indent = 0): string[] {
  const lines: string[] = [];
  let line = /^ */.exec(text)![0];
  let isEmpty = true;
  for (const word of unbroken(text.trim(), width - Math.max(indent, line.length))) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = " ".repeat(indent);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** Opens a quotation, and closes one before punctuation. */
const OPENING = /^\(?"[^"]*$/;
const CLOSING = /^[^"]*"[).,:;?]*$/;

/** The words of a text, with quotations of up to `room` columns as one word each. */
function unbroken(text: string, room: number): string[] {
  const words: string[] = [];
  const all = text.split(" ");
  for (let i = 0; i < all.length; i++) {
    const end = OPENING.test(all[i]!)
      ? all.findIndex((word, j) => j > i && CLOSING.test(word))
      : -1;
    const quotation = all.slice(i, end + 1).join(" ");
    if (end < 0 || quotation.length > room) {
      words.push(all[i]!);
    } else {
      words.push(quotation);
      i = end;
    }
  }
  return words;
}

/**
 * A term with its description from a column on. The description goes below if the term reaches that
 * column, if little room is left, or if a word of it needs more.
 */
export function describedTerm(
  term: string,
  description: string,
  column: number,
  width: number,
): string[] {
  const longest = Math.max(...description.split(" ").map((word) => word.length));
  const isNarrow = width - column < Math.max(LEAST_ROOM, longest);
  const indent = isNarrow ? Math.min(column, BELOW_INDENT) : column;
  const lines = wrap(description, width - indent);
  if (isNarrow || term.length > column - 2) {
    return [term, ...lines.map((line) => " ".repeat(indent) + line)];
  }
  const [first = "", ...rest] = lines;
  return [term.padEnd(column) + first, ...rest.map((line) => " ".repeat(indent) + line)];
}

/** Columns as wide as their widest cell, two apart. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]!.length))) ?? [];
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd());
}

/**
 * A table, indented by two columns: a line for each row if all of them fit, otherwise the first
 * cells of each row in a line and the rest below.
 *
 * @param heads how many cells are the first ones
 */
export function fittingTable(
  rows: readonly (readonly string[])[],
  heads: number,
  width: number,
): string[] {
  const table = alignColumns(rows).map((line) => `  ${line}`);
  if (table.every((line) => line.length <= width)) return table;
  const firsts = alignColumns(rows.map((row) => row.slice(0, heads)));
  return rows.flatMap((row, i) => [
    `  ${firsts[i]}`,
    ...wrap(`    ${row.slice(heads).join(", ")}`, width, 4),
  ]);
}
