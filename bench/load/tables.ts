/**
 * The figures as tables in Markdown.
 *
 * @module
 */

import { type ContestantName, CONTESTANTS } from "./contestants.ts";
import type { Crowd, Direction } from "./generator.ts";
import {
  CLIENTS,
  connectionFigure,
  DIRECTIONS,
  figure,
  MANY,
  memoryFigure,
  SHARES,
  type SizeName,
  SIZES,
  TRANSFER,
} from "./measurements.ts";
import type { Results } from "./samples.ts";
import { memoryPerClient, verdicts } from "./verdicts.ts";

const WAYS: Readonly<Record<Direction, string>> = {
  up: "client → native",
  down: "native → client",
  both: "both",
};

const NAMES = Object.keys(CONTESTANTS) as ContestantName[];
const PROGRAMS = NAMES.filter((name) => name !== "cables");

/** All tables for which there are results. */
export function tables(results: Results): string {
  return [
    table(["Demanded", "Measured", "Met"], verdicts(results)),
    floodTable(results),
    lossTable(results),
    connectionTable(results),
    newcomerTable(results),
    memoryTable(results),
    generatorLine(results),
  ].filter((it) => it !== "").join("\n\n");
}

/** Rates and processor time, as fast as it goes. */
function floodTable(results: Results): string {
  const crowds: readonly Crowd[] = [TRANSFER, ...CLIENTS.map((clients) => ({ clients }))];
  const rows: string[][] = [];
  for (const size of Object.keys(SIZES) as SizeName[]) {
    for (const direction of DIRECTIONS) {
      for (const crowd of crowds) {
        const [rate, cpu] = [
          figure(size, direction, crowd, "rate"),
          figure(size, direction, crowd, "cpu"),
        ];
        if (results.all[rate] === undefined) continue;
        rows.push([
          `${size}, ${WAYS[direction]}`,
          crowdTitle(crowd),
          ...PROGRAMS.map((name) =>
            `${thousands(results.median(rate, name))} (${digits(results.median(cpu, name), 2)})`
          ),
          digits(results.ratio(rate, "relay", "miredo"), 2),
          digits(results.ratio(rate, "relay", "floor"), 2),
          digits(results.ratio(rate, "gateway", "translatedFloor"), 2),
          digits(gigabits(results.median(rate, "relay"), size, crowd), 2),
        ]);
      }
    }
  }
  const head = [
    ...["Octets", "Clients", ...PROGRAMS.map((name) => `${CONTESTANTS[name].title}, k/s (µs)`)],
    ...["relay / Miredo", "relay / floor", "gateway / translated floor", "relay, Gbit/s"],
  ];
  return table(head, rows);
}

/** Loss and latency at shares of the highest rate. */
function lossTable(results: Results): string {
  const rows = DIRECTIONS.flatMap((direction) =>
    NAMES.flatMap((name) => {
      const of = (what: string) =>
        results.median(figure("200", direction, { clients: MANY }, what), name);
      if (of("p50") === undefined) return [];
      return [[
        `${WAYS[direction]}, ${CONTESTANTS[name].title}`,
        ...SHARES.map((share) => digits(of(`loss at ${share}`), 2)),
        ...["p50", "p99", "p999"].map((which) => milliseconds(of(which))),
      ]];
    })
  );
  const head = [
    `200 octets, ${count(MANY)} clients`,
    ...SHARES.map((share) => `loss at ${share * 100} %, %`),
    ...["p50 at 50 %, ms", "p99", "p99.9"],
  ];
  return table(head, rows);
}

function connectionTable(results: Results): string {
  const rows = DIRECTIONS.flatMap((direction) =>
    NAMES.flatMap((name) => {
      const of = (what: string) => results.median(connectionFigure(direction, what), name);
      if (of("rate") === undefined) return [];
      return [[
        `${WAYS[direction]}, ${CONTESTANTS[name].title}`,
        thousands(of("rate"), 1),
        digits(of("cpu"), 1),
        digits((of("cpu") ?? NaN) * (of("rate") ?? NaN) / 1e4, 0),
        ...["p50", "p99"].map((which) => milliseconds(of(which))),
        digits(of("failed"), 0),
      ]];
    })
  );
  const head = [
    `Short TCP connections of ${count(MANY)} clients`,
    ...["k/s", "µs each", "busy, %", "p50, ms", "p99", "failed"],
  ];
  return table(head, rows);
}

function newcomerTable(results: Results): string {
  const rows = PROGRAMS.flatMap((name) => {
    const rate = results.median("newcomers: rate", name);
    if (rate === undefined) return [];
    const cpu = digits(results.median("newcomers: cpu", name), 1);
    return [[CONTESTANTS[name].title, thousands(rate, 1), cpu]];
  });
  return table(["The first packets of clients", "k/s", "µs each"], rows);
}

function memoryTable(results: Results): string {
  const numbers = [1, MANY, CLIENTS.at(-1)!];
  const rows = PROGRAMS.flatMap((name) => {
    const of = (clients: number) => results.median(memoryFigure(clients), name);
    if (of(1) === undefined) return [];
    const each = memoryPerClient(results, name);
    return [[
      CONTESTANTS[name].title,
      ...numbers.map((it) => digits(of(it), 1)),
      digits(each, 2),
    ]];
  });
  const head = ["MB with so many clients", ...numbers.map(count), "kB for each"];
  return table(head, rows);
}

/** Whether the generator was fast enough. */
function generatorLine(results: Results): string {
  const offered = results.median("offered", "floor");
  if (offered === undefined) return "";
  const sentences = [
    `To the floor, the generator offered ${digits(offered, 2)} times what arrived.`,
  ];
  const delay = results.median("delay", "cables");
  if (delay !== undefined) {
    sentences.push(
      `At half load it sent 1 % of the packets more than ${milliseconds(delay)} ms after they ` +
        `were due, and left out ${digits(results.median("skipped", "cables"), 2)} %.`,
    );
  }
  const wrong = Object.values(results.all["wrong"] ?? {}).flat();
  sentences.push(`${wrong.reduce((sum, it) => sum + it, 0)} packets arrived with wrong content.`);
  return sentences.join(" ");
}

function crowdTitle({ clients, isJoinable = false }: Crowd): string {
  return `${count(clients)}${isJoinable ? ", joinable" : ""}`;
}

function gigabits(rate: number | undefined, size: SizeName, crowd: Crowd): number | undefined {
  const lengths: readonly number[] = SIZES[size];
  const growth = crowd.isJoinable === true ? 0 : size === "1280" ? -7.5 : 7.5;
  return rate &&
    rate * (lengths.reduce((sum, it) => sum + it, 0) / lengths.length + growth) * 8 / 1e9;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function thousands(value: number | undefined, places = 0): string {
  return digits(value && value / 1000, places);
}

function milliseconds(value: number | undefined): string {
  return digits(value && value / 1000, 3);
}

/** A number with so many places, or a dash. */
function digits(value: number | undefined, places: number): string {
  return value === undefined || Number.isNaN(value) ? "–" : value.toFixed(places);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const lines = [head, head.map((_, i) => i === 0 ? "---" : "--:"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
