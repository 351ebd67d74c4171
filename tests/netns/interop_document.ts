/**
 * The tables of docs/miredo.md: which implementations work together behind which NATs, with an earlier
 * executable and now.
 *
 * @module
 */

import { row, rule } from "../matrix/document.ts";
import { type Make, MAKES } from "./interop_matrix.ts";
import { isReached, type NatCell, NATS, type Outcome, type Side } from "./nat_interop.ts";

/** What became of each pair, by {@linkcode keyOf}. */
type Outcomes = Readonly<Record<string, Outcome>>;

/** Everything that was measured, as docs/interop.json has it. */
export interface InteropResults {
  readonly before: Outcomes;
  readonly now: Outcomes;
}

/** What identifies a cell: the roles and their places. */
type Pair = Pick<NatCell, "server" | "relay" | "from" | "to">;

const NAMES: Readonly<Record<typeof NATS[number], string>> = {
  portRestricted: "masquerade",
  symmetric: "symmetric",
  cone: "full cone",
  addressRestricted: "address-restricted",
};

const TITLES: Readonly<Record<Make, Readonly<Record<Make, string>>>> = {
  ours: { ours: "Our client calls another", Miredo: "Our client calls Miredo's" },
  Miredo: { ours: "Miredo's client calls ours", Miredo: "Miredo's client calls another" },
};

const BEGIN = "<!-- Written by `deno task interop`; changes made here by hand are lost. -->";
const END = "<!-- The end of what `deno task interop` writes. -->";

/** A text that identifies a cell: `ours, Miredo: ours cone → native` with a server and a relay. */
export function keyOf({ server, relay, from, to }: Pair): string {
  const roles = relay === undefined ? server : `${server}, ${relay}`;
  return `${roles}: ${sideText(from)} → ${sideText(to)}`;
}

function sideText(side: Side): string {
  return side === "native" ? side : `${side.make} ${side.nat}`;
}

/**
 * Puts the tables in their place in the document.
 *
 * @throws {TypeError} the document has no place for them
 */
export function writeTables(document: string, results: InteropResults): string {
  const [start, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (start < 0 || end < start) throw new TypeError("The document has no place for the tables");
  const tables = [
    ...MAKES.flatMap((from) => MAKES.flatMap((to) => clientTable(results, from, to))),
    ...relayTable(results),
  ];
  return [document.slice(0, start) + BEGIN, "", ...tables, document.slice(end)].join("\n");
}

function clientTable(results: InteropResults, from: Make, to: Make): string[] {
  const lines = MAKES.flatMap((server) =>
    NATS.map((nat) => {
      const cells = NATS.map((other) =>
        cellText(results, { server, from: { make: from, nat }, to: { make: to, nat: other } })
      );
      return row(`${server}: **${NAMES[nat]}**`, ...cells);
    })
  );
  const head = row("Server, and the caller's NAT", ...NATS.map((nat) => NAMES[nat]));
  return [`### ${TITLES[from][to]}`, "", head, rule(NATS.length), ...lines, ""];
}

function relayTable(results: InteropResults): string[] {
  const columns = MAKES.flatMap((relay) => [{ relay, isOut: true }, { relay, isOut: false }]);
  const clients = MAKES.flatMap((make) => NATS.map((nat) => ({ make, nat })));
  const lines = MAKES.flatMap((server) =>
    clients.map((client) => {
      const cells = columns.map(({ relay, isOut }) => {
        const [from, to]: [Side, Side] = isOut ? [client, "native"] : ["native", client];
        return cellText(results, { server, relay, from, to });
      });
      return row(`${server}, ${client.make}: **${NAMES[client.nat]}**`, ...cells);
    })
  );
  const titles = columns.map(({ relay, isOut }) =>
    `${relay === "ours" ? "our" : "Miredo's"} relay, ${isOut ? "from" : "to"} the client`
  );
  const head = row("Server, client, and the client's NAT", ...titles);
  return ["### Native hosts, through a relay", "", head, rule(columns.length), ...lines, ""];
}

/** `– → 12 ms` for a pair that did not meet before, and now does after 12 ms. */
function cellText({ before, now }: InteropResults, pair: Pair): string {
  const [one, other] = [before, now].map((outcomes) => outcomeText(outcomes[keyOf(pair)]));
  return one === other || (one !== "–" && other !== "–") ? other! : `${one} → ${other}`;
}

function outcomeText(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "?";
  return isReached(outcome) ? `${outcome[1]} ms` : "–";
}

/**
 * What Miredo reaches, and ours does not in its place: as the server, as the relay, as the client that
 * calls or as the one that is called.
 */
export function shortfalls(cells: readonly NatCell[], outcomes: Outcomes): string[] {
  return cells.filter(({ outcome }) => isReached(outcome)).flatMap((cell) =>
    inOurPlace(cell).filter((pair) => {
      const outcome = outcomes[keyOf(pair)];
      return outcome !== undefined && !isReached(outcome);
    }).map((pair) => `${keyOf(pair)}, where Miredo's does in ${keyOf(cell)}`)
  );
}

/** The same pair with ours instead of one of Miredo's programs. */
function inOurPlace({ server, relay, from, to }: Pair): Pair[] {
  const pair = relay === undefined ? { server, from, to } : { server, relay, from, to };
  const pairs: Pair[] = [];
  if (server === "Miredo") pairs.push({ ...pair, server: "ours" });
  if (relay === "Miredo") pairs.push({ ...pair, relay: "ours" });
  if (isMiredo(from)) pairs.push({ ...pair, from: { ...from, make: "ours" } });
  if (isMiredo(to)) pairs.push({ ...pair, to: { ...to, make: "ours" } });
  return pairs;
}

function isMiredo(side: Side): side is Exclude<Side, "native"> {
  return side !== "native" && side.make === "Miredo";
}
