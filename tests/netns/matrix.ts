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
  isSymmetric,
  type KernelCell,
  type KernelEquipment,
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
  const tables: Table[] = [];
  for (const part of PARTS) {
    const isShown = (place: Column) => part.hasExtensions || !isSymmetric(place);
    const places = { rows: ROWS.filter(isShown), columns: COLUMNS.filter(isShown) };
    const cells: KernelCell[] = [];
    for await (
      const cell of measureMatrix({ ...part, ...places, shared: SHARED.filter(isShown) })
    ) {
      console.error(`${part.title}: ${cell.row} → ${cell.column}: ${cellText(cell)}`);
      cells.push(cell);
    }
    tables.push({ ...part, cells });
  }
  const text = writeDocument(tables);
  await Deno.writeTextFile(DOCUMENT, text);
  console.log(text);
  return tables.every(({ hasGateway, cells }) => !hasGateway || cells.every(isMet)) ? 0 : 1;
}

/** A part of the document. */
interface Part extends KernelEquipment {
  readonly title: string;
  readonly about: string;
}

/** A part that was measured. */
interface Table extends Part {
  readonly cells: readonly KernelCell[];
}

const PARTS: readonly Part[] = [
  {
    title: "With the extensions of RFC 6081",
    about: "The default, with a server on two IPv4 addresses.",
    hasExtensions: true,
    hasGateway: false,
  },
  {
    title: "Without them",
    about: "`teredo client --extensions none`. Behind a symmetric NAT there is no address.",
    hasExtensions: false,
    hasGateway: false,
  },
  {
    title: "With them and a gateway",
    about:
      "`teredo server --gateway` on one IPv4 address, which can't show that a NAT is symmetric: what a proof makes " +
      "reachable is called direct, and there are no Echo Tests.",
    hasExtensions: true,
    hasGateway: true,
  },
];

function writeDocument(tables: readonly Table[]): string {
  return [
    "<!-- deno-fmt-ignore-file -->",
    "<!-- Written by `deno task matrix:kernel`; changes made here by hand are lost. -->",
    "",
    "# Which clients meet, on real kernels",
    "",
    "The same as [in the simulator](matrix.md), with `teredo server` and `teredo client` in network namespaces of Linux,",
    "and with Miredo's client behind a port-restricted NAT as one more peer. The row's client begins. A cell has the way,",
    "how long the first answer took, and how many datagrams both clients and the server sent until then.",
    "",
    ...tables.flatMap(writeTable),
  ].join("\n");
}

function writeTable({ title, about, cells }: Table): string[] {
  const find = (row: string, column: string) => {
    const cell = cells.find((cell) => cell.row === row && cell.column === column);
    return cell === undefined ? "–" : cellText(cell);
  };
  const met = cells.filter(isMet).length;
  return [
    `## ${title}`,
    "",
    `${about} ${met} of ${cells.length} pairs with addresses met within ${FIRST_ANSWER / 1000} s.`,
    "",
    row("", ...COLUMNS.map(columnTitle)),
    rule(COLUMNS.length),
    ...ROWS.map((one) =>
      row(`**${KERNEL_PLACES[one]}**`, ...COLUMNS.map((column) => find(one, column)))
    ),
    "",
    "Both behind one NAT that does not hairpin:",
    "",
    row("", ...SHARED.map((place) => KERNEL_PLACES[place])),
    rule(SHARED.length),
    row("", ...SHARED.map((place) => find(place, "same NAT"))),
    "",
  ];
}

function columnTitle(column: Column): string {
  return column === "Miredo" ? "Miredo, port-restricted" : KERNEL_PLACES[column];
}

function cellText({ path, milliseconds, datagrams }: KernelCell): string {
  if (path === undefined) return `– (${datagrams})`;
  return `${path.replaceAll("_", " ")}, ${Math.round(milliseconds)} ms, ${datagrams}`;
}

if (import.meta.main) Deno.exit(await main());
