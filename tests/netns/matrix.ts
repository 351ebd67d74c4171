// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task matrix:kernel`: measures which clients meet on real kernels, prints it, and writes it
 * to `docs/matrix-kernel.md`.
 *
 * @module
 */

import { requires } from "../capabilities.ts";
import { KERNEL_PLACES } from "../matrix/cells.ts";
import { row, rule } from "../matrix/document.ts";
import {
  type Column,
  FIRST_ANSWER,
  isMet,
  type KernelCell,
  MATRIX_NEEDS,
  measureMatrix,
  ROWS,
  SHARED,
} from "./kernel_matrix.ts";
import { prepareTeredo } from "./teredo.ts";

const DOCUMENT = new URL("../../docs/matrix-kernel.md", import.meta.url);

const COLUMNS: readonly Column[] = [...ROWS, "Miredo"];

async function main(): Promise<number> {
  const { ignore, reason } = requires(...MATRIX_NEEDS);
  if (ignore) {
    console.error(`Cannot try which clients meet on real kernels: this machine ${reason}`);
    return 1;
  }
  await prepareTeredo();
  const cells: KernelCell[] = [];
  for await (const cell of measureMatrix({ rows: ROWS, columns: COLUMNS, shared: SHARED })) {
    console.error(`${cell.row} → ${cell.column}: ${cellText(cell)}`);
    cells.push(cell);
  }
  const text = writeDocument(cells);
  await Deno.writeTextFile(DOCUMENT, text);
  console.log(text);
  return cells.every(isMet) ? 0 : 1;
}

function writeDocument(cells: readonly KernelCell[]): string {
  const find = (row: string, column: string) => {
    const cell = cells.find((cell) => cell.row === row && cell.column === column);
    return cell === undefined ? "" : cellText(cell);
  };
  return [
    "<!-- deno-fmt-ignore-file -->",
    "<!-- Written by `deno task matrix:kernel`; changes made here by hand are lost. -->",
    "",
    "# Which clients meet through a gateway, on real kernels",
    "",
    "The same as [in the simulator](matrix.md), with `teredo server --gateway` on one IPv4 address and `teredo client`",
    "in network namespaces of Linux, and with Miredo's client behind a port-restricted NAT as one more peer. The row's",
    "client begins. A cell has the way, how long the first answer took, and how many datagrams both clients and the",
    `gateway sent until then. ${cells.filter(isMet).length} of ${cells.length} pairs met within ${
      FIRST_ANSWER / 1000
    } s.`,
    "",
    row("", ...COLUMNS.map(columnTitle)),
    rule(COLUMNS.length),
    ...ROWS.map((one) =>
      row(`**${KERNEL_PLACES[one]}**`, ...COLUMNS.map((column) => find(one, column)))
    ),
    "",
    "## Both behind one NAT that does not hairpin",
    "",
    row("", ...SHARED.map((place) => KERNEL_PLACES[place])),
    rule(SHARED.length),
    row("with a gateway", ...SHARED.map((place) => find(place, "same NAT"))),
    "",
  ].join("\n");
}

function columnTitle(column: Column): string {
  return column === "Miredo" ? "Miredo, port-restricted" : KERNEL_PLACES[column];
}

function cellText({ path, milliseconds, datagrams }: KernelCell): string {
  if (path === undefined) return `– (${datagrams})`;
  return `${path}, ${Math.round(milliseconds)} ms, ${datagrams}`;
}

if (import.meta.main) Deno.exit(await main());
