/**
 * The attacks that are measured at length, and the table of what came of them.
 *
 * @module
 */

import { median } from "../../bench/median.ts";
import {
  type Attack,
  newClients,
  newNativeHosts,
  newPeers,
  qualifications,
  type Result,
} from "./attacks.ts";
import type { Contestant } from "./contestants.ts";
import { SERVER_FLOODS, type ServerFlood } from "./server_floods.ts";

/** A row of the table. */
export interface Row {
  readonly title: string;
  /** What honest ones are, and what it takes to serve them. */
  readonly honest: string;
  readonly attack: () => Attack;
  /** Hostile packets per second. */
  readonly rate: number;
  /** The part of the honest ones that must be served. */
  readonly least: number;
}

/** Clients that qualify during each flood of a server. */
const CLIENTS = 600;

const ONE_NAT: ServerFlood = "solicitations from random ports of one address";

const OWN_NAMES: ServerFlood = "solicitations in the clients' own names";

/** Floods of a server at the full rate. */
function serverRows(rate: number): Row[] {
  const floods = Object.keys(SERVER_FLOODS) as ServerFlood[];
  return floods.filter((flood) => flood !== OWN_NAMES).map((flood) => ({
    title: `to a server: ${flood}`,
    honest: "clients qualify",
    attack: () => qualifications(flood, CLIENTS),
    rate,
    least: 0.95,
  }));
}

/** Smaller attacks, each of which once kept all honest ones away. */
const OTHERS: readonly Row[] = [
  ...[20, 18_000].map((rate): Row => ({
    title: `to a server: ${ONE_NAT}, a NAT's`,
    honest: "clients behind the NAT qualify",
    attack: () => qualifications(ONE_NAT, CLIENTS, "one NAT"),
    rate,
    least: 0.95,
  })),
  {
    title: `to a server: ${OWN_NAMES}`,
    honest: "clients qualify",
    attack: () => qualifications(OWN_NAMES, CLIENTS, "known ports"),
    rate: 30_000,
    least: 0.95,
  },
  ...[200, 2_000].map((rate): Row => ({
    title: "to a client through its server: bubbles of made-up peers",
    honest: "new peers meet the client",
    attack: () => newPeers(14),
    rate,
    least: 13 / 14,
  })),
  {
    title: "to a client: data of made-up peers",
    honest: "the client reaches new native hosts",
    attack: () => newNativeHosts(25),
    rate: 50_000,
    least: 22 / 25,
  },
  {
    title: "to a relay: a native site's packets to made-up clients of a server",
    honest: "another site reaches clients of that server",
    attack: () => newClients("one site", 12),
    rate: 300,
    least: 0.95,
  },
  {
    title: "to a relay: such packets, each from its own site",
    honest: "another site reaches clients of that server",
    attack: () => newClients("many sites", 12),
    rate: 20_000,
    least: 0.95,
  },
  {
    title: "to a relay: packets to made-up clients of a server, in a site's name",
    honest: "that site reaches clients of that server",
    attack: () => newClients("the native host's own site", 12),
    rate: 1_000,
    least: 0.95,
  },
  {
    title: "to a relay: packets to addresses with clients' mappings and other flags",
    honest: "another site reaches those clients",
    attack: () => newClients("one site, to other flags", 12),
    rate: 1_000,
    least: 0.95,
  },
];

/** All rows, with floods of servers at a rate. */
export function rows(rate: number): Row[] {
  return [...serverRows(rate), ...OTHERS];
}

/** What was measured of a row. */
export type Measured = Readonly<Partial<Record<Contestant, readonly Result[]>>>;

const TITLES: Readonly<Record<Contestant, string>> = {
  ours: "now",
  before: "before",
  miredo: "Miredo",
};

/** The order of the columns. */
const COLUMNS = ["before", "ours", "miredo"] as const;

/** The table in Markdown. */
export function table(measured: ReadonlyMap<Row, Measured>): string {
  const columns = COLUMNS.filter((by) => [...measured.values()].some((it) => it[by] !== undefined));
  const head = ["Flood", "per second", "Honest ones", ...columns.map((by) => TITLES[by])];
  const last = ["processor", "memory, MB"];
  const lines = [...measured].map(([{ title, honest }, results]) => {
    const { ours } = results;
    return [
      ...[title, thousands(middle(ours, ({ rate }) => rate)), honest],
      ...columns.map((by) => share(results[by])),
      middle(ours, ({ processors }) => processors).toFixed(2),
      [0, 1, 2].map((i) => middle(ours, ({ memory }) => memory[i]!).toFixed(0)).join(" → "),
    ];
  });
  const format = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = [...head, ...last].map((_, i) => i === 1 || i > 2 ? "---:" : "---");
  return [format([...head, ...last]), format(rule), ...lines.map(format)].join("\n");
}

/** What a program may have grown by when a flood is over. */
const GROWTH = 1.5;

/** What falls short of what is demanded: enough served, no fewer than by Miredo, memory given back. */
export function shortfalls(measured: ReadonlyMap<Row, Measured>): string[] {
  return [...measured].flatMap(([row, { ours, miredo }]) => {
    const found: string[] = [];
    const served = middle(ours, (it) => it.served / it.honest);
    const theirs = middle(miredo, (it) => it.served / it.honest);
    const growth = middle(ours, ({ memory: [before, , after] }) => after / before);
    if (!(served >= row.least)) found.push(`fewer are served than ${row.least.toFixed(2)} of all`);
    if (served < theirs) found.push("Miredo serves more");
    if (!(growth <= GROWTH)) found.push(`memory grows to ${growth.toFixed(2)} times`);
    return found.map((what) => `${row.title}, ${row.rate} per second: ${what}`);
  });
}

/** How many were served, as the median of the runs. */
function share(results: readonly Result[] | undefined): string {
  if (results === undefined) return "";
  const honest = results[0]!.honest;
  const served = middle(results, (it) => it.served);
  return honest < 100 ? `${served} of ${honest}` : `${(served / honest * 100).toFixed(1)} %`;
}

function middle(results: readonly Result[] | undefined, of: (result: Result) => number): number {
  return results === undefined ? NaN : median(results.map(of));
}

function thousands(rate: number): string {
  const rounded = rate < 1000 ? Math.round(rate) : Math.round(rate / 100) * 100;
  return rounded.toLocaleString("en");
}
