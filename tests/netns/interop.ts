// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task interop`: which implementations work together, as tables.
 *
 *     deno task interop            everything; writes the tables of docs/miredo.md
 *     deno task interop --before   the same, as what was before: TEREDO_BIN names an earlier executable
 *
 * @module
 */

import { readTaskLine } from "../../tools/task_line.ts";
import { requires } from "../capabilities.ts";
import { type InteropResults, keyOf, shortfalls, writeTables } from "./interop_document.ts";
import {
  type Cell,
  cellText,
  INTEROP_NEEDS,
  lost,
  MAKES,
  PINGS,
  tryAll,
} from "./interop_matrix.ts";
import { type NatCell, REQUESTS, tryNats } from "./nat_interop.ts";
import { prepareTeredo, teredoTitle } from "./teredo.ts";

const DOCUMENT = new URL("../../docs/miredo.md", import.meta.url);
const RESULTS = new URL("../../docs/interop.json", import.meta.url);

async function main(isBefore: boolean): Promise<number> {
  const { ignore, reason } = requires(...INTEROP_NEEDS);
  if (ignore) {
    console.error(`Cannot try how ours and Miredo work together: this machine ${reason}`);
    return 1;
  }
  await prepareTeredo();
  console.log(`${PINGS} echo requests in each cell; ours: ${teredoTitle()}\n`);
  const failed = isBefore ? [] : await tryMakes();
  console.log(`${REQUESTS} echo requests for each pair of NATs`);
  const cells: NatCell[] = [];
  for (const server of MAKES) {
    await tryNats(server, (cell) => {
      console.log(`${keyOf(cell)}: ${cell.outcome.join(" answers, first after ")} ms`);
      cells.push(cell);
    });
  }
  const outcomes = Object.fromEntries(cells.map((cell) => [keyOf(cell), cell.outcome]));
  const results: InteropResults = JSON.parse(await Deno.readTextFile(RESULTS));
  await write({ ...results, [isBefore ? "before" : "now"]: outcomes });
  const missing = shortfalls(cells, outcomes);
  for (const text of missing) console.log(`Not reached: ${text}`);
  return isBefore || (failed.length === 0 && missing.length === 0) ? 0 : 1;
}

/**
 * Tries the makes behind port-restricted NATs, prints the tables, and returns the cells with a
 * loss.
 */
async function tryMakes(): Promise<Cell[]> {
  const cells = await tryAll();
  console.log(table(["client", "server", "relay"], cells.filter(({ relay }) => relay)));
  console.log(table(["server"], cells.filter(({ relay }) => !relay)));
  const failed = cells.filter((cell) => lost(cell).length > 0);
  console.log(`${cells.length - failed.length} of ${cells.length} cells without a loss`);
  for (const { ping } of failed) console.log(`\n${ping.text}`);
  return failed;
}

async function write(results: InteropResults): Promise<void> {
  const lines = Object.entries(results).map(([name, outcomes]) => {
    const rows = Object.entries(outcomes).sort(([one], [other]) => one < other ? -1 : 1)
      .map(([key, outcome]) =>
        `    ${JSON.stringify(key)}: ${JSON.stringify(outcome).replace(",", ", ")}`
      );
    return `  ${JSON.stringify(name)}: {\n${rows.join(",\n")}\n  }`;
  });
  await Deno.writeTextFile(RESULTS, `{\n${lines.join(",\n")}\n}\n`);
  await Deno.writeTextFile(DOCUMENT, writeTables(await Deno.readTextFile(DOCUMENT), results));
}

/** One row for each combination of makes, one column for each course. */
function table(keys: readonly ("client" | "server" | "relay")[], cells: readonly Cell[]): string {
  const courses = [...new Set(cells.map(({ course }) => course))];
  const rows = Map.groupBy(cells, (cell) => keys.map((key) => cell[key]).join("|"));
  const lines = Array.from(rows.entries(), ([makes, row]) => [
    ...makes.split("|"),
    ...courses.map((course) => {
      const cell = row.find((it) => it.course === course);
      return cell === undefined ? "" : cellText(cell);
    }),
  ]).sort((one, other) => one.join() < other.join() ? 1 : -1);
  return aligned([[...keys, ...courses], ...lines]);
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const [head, ...body] = lines.map((line) =>
    `| ${line.map((text, i) => text.padEnd(widths[i]!)).join(" | ")} |`
  );
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [head, rule, ...body, ""].join("\n");
}

if (import.meta.main) {
  const usage = "Usage: deno task interop [--before]";
  const { values } = readTaskLine(usage, { before: { type: "boolean", default: false } });
  Deno.exit(await main(values.before));
}
