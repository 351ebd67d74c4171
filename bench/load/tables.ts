/**
 * The figures as tables in Markdown.
 *
 * @module
 */

import type { Direction } from "./generator.ts";
import type { ContestantName } from "./contestants.ts";
import { CLIENTS, DIRECTIONS, figure, MANY, SHARES, type SizeName, SIZES } from "./measurements.ts";
import type { Results } from "./samples.ts";

const WAYS: Readonly<Record<Direction, string>> = {
  up: "client → native",
  down: "native → client",
  both: "both",
};

const TITLES: Readonly<Record<ContestantName, string>> = {
  relay: "relay",
  gateway: "gateway",
  miredo: "Miredo",
  floor: "floor",
};
const NAMES = Object.keys(TITLES) as ContestantName[];

type Load = readonly [size: SizeName, direction: Direction, clients: number];

/** All tables for which there are results. */
export function tables(results: Results): string {
  return [floodTable(results), lossTable(results), memoryLine(results)]
    .filter((it) => it !== "").join("\n\n");
}

/** Rates and processor time, as fast as it goes. */
function floodTable(results: Results): string {
  const loads: Load[] = [];
  for (const size of Object.keys(SIZES) as SizeName[]) {
    for (const direction of DIRECTIONS) {
      for (const clients of CLIENTS) loads.push([size, direction, clients]);
    }
  }
  const rows = loads.flatMap(([size, direction, clients]) => {
    const [rate, cpu] = [
      figure(size, direction, clients, "rate"),
      figure(size, direction, clients, "cpu"),
    ];
    const ours = results.median(rate, "relay");
    if (ours === undefined) return [];
    return [[
      `${size}, ${WAYS[direction]}`,
      clients.toLocaleString("en"),
      ...NAMES.map((name) => digits(results.least(cpu, name), 2)),
      ...(["miredo", "floor"] as const).map((name) => {
        const [theirs = NaN, ours = NaN] = [results.least(cpu, name), results.least(cpu, "relay")];
        return digits(theirs / ours, 2);
      }),
      NAMES.map((name) => digits((results.median(rate, name) ?? NaN) / 1000, 0)).join(", "),
      digits(gigabits(ours, size), 2),
    ]];
  });
  if (rows.length === 0) return "";
  const head = [
    ...["Octets", "Clients", ...NAMES.map((name) => `${TITLES[name]}, µs`)],
    ...["Miredo / relay", "floor / relay", "k/s in this order", "relay, Gbit/s"],
  ];
  return table(head, rows);
}

/** Loss and latency at shares of the highest rate. */
function lossTable(results: Results): string {
  const rows = DIRECTIONS.flatMap((direction) =>
    NAMES.flatMap((name) => {
      const of = (what: string) => results.median(figure("200", direction, MANY, what), name);
      if (of("p50") === undefined) return [];
      return [[
        `${WAYS[direction]}, ${TITLES[name]}`,
        ...SHARES.map((share) => digits(of(`loss at ${share}`), 2)),
        ...["p50", "p99", "p999"].map((which) => digits((of(which) ?? NaN) / 1000, 2)),
      ]];
    })
  );
  if (rows.length === 0) return "";
  const head = [
    ...[`200 octets, ${MANY.toLocaleString("en")} clients`],
    ...SHARES.map((share) => `loss at ${share * 100} %, %`),
    ...["p50 at 50 %, ms", "p99", "p99.9"],
  ];
  return table(head, rows);
}

function memoryLine(results: Results): string {
  const of = (name: ContestantName) => digits(results.median("memory", name), 1);
  if (results.median("memory", "relay") === undefined) return "";
  return `Memory for each of ${CLIENTS.at(-1)!.toLocaleString("en")} active clients: relay ` +
    `${of("relay")} kB, gateway ${of("gateway")} kB, Miredo ${of("miredo")} kB.`;
}

function gigabits(rate: number, size: SizeName): number {
  const lengths: readonly number[] = SIZES[size];
  return rate * lengths.reduce((sum, it) => sum + it, 0) / lengths.length * 8 / 1e9;
}

function digits(value: number | undefined, count: number): string {
  return value === undefined || Number.isNaN(value) ? "–" : value.toFixed(count);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, i) => i === 0 ? "---" : "--:"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
