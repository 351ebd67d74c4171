// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task interop`: which implementations work together, as tables.
 *
 * @module
 */

import { requires } from "../capabilities.ts";
import { type Cell, cellText, INTEROP_NEEDS, lost, PINGS, tryAll } from "./interop_matrix.ts";
import { prepareTeredo, teredoTitle } from "./teredo.ts";

async function main(): Promise<number> {
  const { ignore, reason } = requires(...INTEROP_NEEDS);
  if (ignore) {
    console.error(`Cannot try how ours and Miredo work together: this machine ${reason}`);
    return 1;
  }
  console.log(`${PINGS} echo requests in each cell; ours: ${teredoTitle()}\n`);
  await prepareTeredo();
  const cells = await tryAll();
  console.log(table(["client", "server", "relay"], cells.filter(({ relay }) => relay)));
  console.log(table(["server"], cells.filter(({ relay }) => !relay)));
  const failed = cells.filter((cell) => lost(cell).length > 0);
  console.log(`${cells.length - failed.length} of ${cells.length} cells without a loss`);
  for (const { ping } of failed) console.log(`\n${ping.text}`);
  return failed.length === 0 ? 0 : 1;
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

if (import.meta.main) Deno.exit(await main());
