/**
 * Writing `docs/matrix.md`.
 *
 * @module
 */

import type { NatKind } from "../sim/nat_behaviour.ts";
import { type Cell, cellBehind, cellOf, PLACES, type TablePlace } from "./cells.ts";

const COLUMNS = Object.keys(PLACES) as TablePlace[];

/** NATs that two clients may be behind together. */
const SHARED = COLUMNS.filter((place): place is NatKind & TablePlace =>
  place !== "none" && place !== "double"
);

/** The whole document. The same code makes the same text. */
export function writeMatrix(): string {
  return [
    "<!-- deno-fmt-ignore-file -->",
    "<!-- Written by `deno task matrix`; changes made here by hand are lost. -->",
    "",
    "# Which clients meet, and how",
    "",
    "A client behind each kind of NAT pings a client behind each other kind, for the first time, in the simulator",
    "(`tests/sim/`, 21 ms from one to the other). The row's client begins. A cell has the way, how long the first",
    "answer took, and how many datagrams all nodes sent until then, or until the client gave up. The same with a",
    "gateway [on real kernels](matrix-kernel.md).",
    "",
    "- direct: at its own mapping. local: on the same network. gateway: through the gateway beside the server",
    "- double: a port-restricted NAT behind another",
    "",
    "## With a gateway beside the server",
    "",
    ...table(true),
    "",
    "## Without",
    "",
    "As RFC 6081 figure 1 has it.",
    "",
    ...table(false),
    "",
    "## Both behind one NAT that does not hairpin",
    "",
    row("", ...SHARED.map((place) => PLACES[place])),
    rule(SHARED.length),
    row("with a gateway", ...SHARED.map((kind) => cellText(cellBehind(kind, true)))),
    row("without", ...SHARED.map((kind) => cellText(cellBehind(kind, false)))),
    "",
  ].join("\n");
}

function table(hasGateway: boolean): string[] {
  return [
    row("", ...COLUMNS.map((place) => PLACES[place])),
    rule(COLUMNS.length),
    ...COLUMNS.map((one) =>
      row(
        `**${PLACES[one]}**`,
        ...COLUMNS.map((other) => cellText(cellOf(one, other, hasGateway))),
      )
    ),
  ];
}

function cellText({ path, milliseconds, datagrams }: Cell): string {
  const numbers = `${Math.round(milliseconds)} ms, ${datagrams}`;
  return path === undefined ? `– (${numbers})` : `${path}, ${numbers}`;
}

/** A row of a table. */
export function row(...cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** What is between a table's head, which has an empty cell first, and its rows. */
export function rule(columns: number): string {
  return `|${"---|".repeat(columns + 1)}`;
}
