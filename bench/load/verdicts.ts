/**
 * What is demanded under the load of many clients, and whether the figures show it.
 *
 * @module
 */

import type { ContestantName } from "./contestants.ts";
import type { Crowd } from "./generator.ts";
import {
  CLIENTS,
  DIRECTIONS,
  figure,
  MANY,
  memoryFigure,
  type SizeName,
  SIZES,
  TRANSFER,
} from "./measurements.ts";
import type { Results } from "./samples.ts";

/** A demand: what all values have to be at least, or at most. */
interface Demand {
  readonly title: string;
  readonly unit?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  values(results: Results): (number | undefined)[];
}

const ONE: Crowd = { clients: 1 };
const MOST: Crowd = { clients: CLIENTS.at(-1)! };

/** The packets of calls and games. */
const SHORT: readonly SizeName[] = ["64", "200"];
const ALL = Object.keys(SIZES) as SizeName[];

const DEMANDS: readonly Demand[] = [
  {
    title: "64 and 200 octets, many clients: relay ≥ 3 × Miredo",
    atLeast: 3,
    values: (results) => ratios(results, SHORT, manyClients(), "relay", "miredo"),
  },
  {
    title: "64 and 200 octets, one transfer: relay ≥ 3 × Miredo",
    atLeast: 3,
    values: (results) => ratios(results, SHORT, [TRANSFER], "relay", "miredo"),
  },
  {
    title: "relay ≥ 0.6 × floor",
    atLeast: 0.6,
    values: (results) => ratios(results, ALL, everybody(), "relay", "floor"),
  },
  {
    title: "gateway ≥ 0.6 × floor",
    atLeast: 0.6,
    values: (results) => ratios(results, ALL, everybody(), "gateway", "floor"),
  },
  {
    title: "gateway ≥ 0.6 × translated floor",
    atLeast: 0.6,
    values: (results) => ratios(results, ALL, everybody(), "gateway", "translatedFloor"),
  },
  {
    title: "1,280 octets (UDP of 1,232), one transfer: relay ≥ 4 × Miredo",
    atLeast: 4,
    values: (results) => ratios(results, ["1280"], [TRANSFER], "relay", "miredo"),
  },
  ...(["relay", "gateway"] as const).map((name): Demand => ({
    title: `${name}: CPU per packet with 10,000 clients ≤ 1.3 × that with 1`,
    atMost: 1.3,
    values: (results) =>
      DIRECTIONS.map((direction) =>
        quotient(
          ...[MOST, ONE].map((crowd) =>
            results.median(figure("64", direction, crowd, "cpu"), name)
          ),
        )
      ),
  })),
  ...(["relay", "gateway"] as const).map((name): Demand => ({
    title: `${name}: p99 of the added latency at half load ≤ 1 ms`,
    unit: " ms",
    atMost: 1,
    values: (results) => DIRECTIONS.map((direction) => addedLatency(results, direction, name)),
  })),
  ...(["relay", "gateway"] as const).map((name): Demand => ({
    title: `${name}: memory ≤ 2 kB for an active client`,
    unit: " kB",
    atMost: 2,
    values: (results) => [memoryPerClient(results, name)],
  })),
];

/** Rows of a table: what is demanded, what was measured, and whether that will do. */
export function verdicts(results: Results): string[][] {
  return DEMANDS.flatMap(({ title, unit = "", atLeast = -Infinity, atMost = Infinity, values }) => {
    const found = values(results).filter((it) => it !== undefined);
    if (found.length === 0) return [];
    const [least, most] = [Math.min(...found), Math.max(...found)].map((it) => it.toFixed(2));
    const isMet = found.every((it) => it >= atLeast && it <= atMost);
    const range = least === most ? least! : `${least} to ${most}`;
    return [[title, `${range}${unit}`, isMet ? "yes" : "no"]];
  });
}

/**
 * Memory that each active client takes, kB: from many to the most. Until then a process that has just
 * started compiles, and gives back what only its start needed.
 */
export function memoryPerClient(results: Results, name: ContestantName): number | undefined {
  const most = CLIENTS.at(-1)!;
  const [all, many] = [most, MANY].map((it) => results.median(memoryFigure(it), name));
  return all === undefined || many === undefined ? undefined : (all - many) * 1000 / (most - MANY);
}

/** What a packet takes longer than without a tunnel, ms. */
function addedLatency(
  results: Results,
  direction: typeof DIRECTIONS[number],
  name: ContestantName,
): number | undefined {
  const p99 = figure("200", direction, { clients: MANY }, "p99");
  const [own, bare] = [results.median(p99, name), results.median(p99, "cables")];
  return own === undefined || bare === undefined ? undefined : (own - bare) / 1000;
}

function ratios(
  results: Results,
  sizes: readonly SizeName[],
  crowds: readonly Crowd[],
  one: ContestantName,
  other: ContestantName,
): (number | undefined)[] {
  return sizes.flatMap((size) =>
    crowds.flatMap((crowd) =>
      DIRECTIONS.map((direction) =>
        results.ratio(figure(size, direction, crowd, "rate"), one, other)
      )
    )
  );
}

function manyClients(): Crowd[] {
  return CLIENTS.map((clients) => ({ clients }));
}

function everybody(): Crowd[] {
  return [TRANSFER, ...manyClients()];
}

function quotient(above?: number, below?: number): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below;
}
