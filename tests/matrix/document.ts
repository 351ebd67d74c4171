/**
 * Writing `docs/matrix.md`.
 *
 * @module
 */

import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { type Cell, cellBehind, cellOf, type Equipment, PLACES, type TablePlace } from "./cells.ts";

const COLUMNS = Object.keys(PLACES) as TablePlace[];

/** NATs that two clients may be behind together. */
const SHARED = COLUMNS.filter((place): place is NatKind & TablePlace => place in NAT);

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
    "answer took, and how many datagrams all nodes sent until then, or until the client gave up. The same",
    "[on real kernels](matrix-kernel.md).",
    "",
    "- direct: each at the mapping in its address. nonce: the same through a symmetric NAT, by a proof (RFC 6081 §5.2)",
    "- mapped port: through the port that a NAT forwards (§5.3). random port: through a port for this peer alone (§5.4);",
    "  echo test: which an Echo Test has found (§5.5)",
    "- local: on the same network (§5.6). gateway: through the gateway beside the server",
    "- double: a port-restricted NAT behind another. mapped port: PCP, NAT-PMP or UPnP made the NAT forward the",
    "  client's port",
    "",
    "## With the extensions of RFC 6081",
    "",
    "The default. Every pair that RFC 6081 figure 1 has meets, and some more: a port that the NAT forwards lets in peers",
    "behind every kind of NAT where the client's own NAT is not symmetric.",
    "",
    ...table({}),
    "",
    "## Without them",
    "",
    "`teredo client --extensions none`: RFC 4380 alone. Behind a symmetric NAT there is no address.",
    "",
    ...table({ extensions: [] }),
    "",
    "## With them and a gateway",
    "",
    "`teredo server --gateway`: every pair meets.",
    "",
    ...table({ hasGateway: true }),
    "",
    "## Both behind one NAT that does not hairpin",
    "",
    row("", ...SHARED.map((place) => PLACES[place])),
    rule(SHARED.length),
    ...([
      ["with the extensions", {}],
      ["without", { extensions: [] }],
      ["with both", { hasGateway: true }],
    ] as const).map(([title, equipment]) =>
      row(title, ...SHARED.map((kind) => cellText(cellBehind(kind, equipment))))
    ),
    "",
  ].join("\n");
}

function table(equipment: Equipment): string[] {
  return [
    row("", ...COLUMNS.map((place) => PLACES[place])),
    rule(COLUMNS.length),
    ...COLUMNS.map((one) =>
      row(
        `**${PLACES[one]}**`,
        ...COLUMNS.map((other) => cellText(cellOf(one, other, equipment))),
      )
    ),
  ];
}

function cellText({ path, milliseconds, datagrams }: Cell): string {
  const numbers = `${Math.round(milliseconds)} ms, ${datagrams}`;
  if (path === undefined) return datagrams === 0 ? "–" : `– (${numbers})`;
  return `${path.replaceAll("_", " ")}, ${numbers}`;
}

/** A row of a table. */
export function row(...cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** What is between a table's head, which has an empty cell first, and its rows. */
export function rule(columns: number): string {
  return `|${"---|".repeat(columns + 1)}`;
}
