/**
 * What is measured, in turns: each measurement once for every contestant, and then again.
 *
 * @module
 */

import { type Arena, openArena } from "./arena.ts";
import type { ContestantName } from "./contestants.ts";
import {
  type Crowd,
  type Direction,
  type Load,
  runConnections,
  runLoad,
  runNewcomers,
  type Shares,
} from "./generator.ts";
import type { Programs } from "./programs.ts";
import type { Results } from "./samples.ts";

/** Lengths of IPv6 packets, and a mix of them as on the Internet: mostly short ones. */
export const SIZES = {
  "64": [64],
  "200": [200],
  "512": [512],
  "1280": [1280],
  "mix": [64, 200, 64, 512, 64, 200, 64, 1280, 64, 200, 64, 512, 64, 200],
} as const;

/** The name of a size. */
export type SizeName = keyof typeof SIZES;

/** Numbers of clients, and of those in measurements of something else. */
export const CLIENTS = [1, 10, 100, 1_000, 10_000] as const;
export const MANY = 1_000;

/** One client with a transfer: its packets may be joined, those of other crowds may not. */
export const TRANSFER: Crowd = { clients: 1, isJoinable: true };

/** Ways of packets. */
export const DIRECTIONS = ["up", "down"] as const satisfies readonly Direction[];

/** Shares of the highest rate at which loss is measured, and the one for latency. */
export const SHARES = [0.5, 0.8, 1] as const;
const LATENCY_SHARE = 0.5;

/** Connections under way at once: few enough for the queue of every contestant. */
const AT_ONCE = 64;

/** How often the memory is measured, which takes a new process each time. */
const MEMORY_ROUNDS = 3;

/** How to measure. */
export interface Plan {
  readonly rounds: number;
  /** How long packets flow each time. */
  readonly seconds: number;
}

/** What takes part. */
interface Field {
  readonly arenas: readonly Arena[];
  readonly programs: Programs;
}

/** The name of a figure: `64 up × 1000: rate`. */
export function figure(
  size: SizeName,
  direction: Direction,
  crowd: Crowd,
  what: string,
): string {
  const joined = crowd.isJoinable === true ? ", joinable" : "";
  return `${size} ${direction} × ${crowd.clients}${joined}: ${what}`;
}

/** The name of a figure of short connections. */
export function connectionFigure(direction: Direction, what: string): string {
  return `connections ${direction}: ${what}`;
}

/** The name of the figure of the memory with so many active clients. */
export function memoryFigure(clients: number): string {
  return `memory × ${clients}`;
}

/** A topic. */
export interface Measurement {
  /** Contestants that take part. */
  readonly of: readonly ContestantName[];
  measure(field: Field, plan: Plan, results: Results): Promise<void>;
}

/** Measurements by topic. */
export const TOPICS = {
  memory: { of: ["relay", "gateway", "miredo"], measure: measureMemory },
  newcomers: {
    of: ["relay", "gateway", "miredo", "floor", "translatedFloor"],
    measure: measureNewcomers,
  },
  clients: {
    of: ["relay", "gateway", "miredo", "floor", "translatedFloor"],
    measure: measureClients,
  },
  sizes: {
    of: ["relay", "gateway", "miredo", "floor", "translatedFloor"],
    measure: measureSizes,
  },
  loss: {
    of: ["relay", "gateway", "miredo", "floor", "translatedFloor", "cables"],
    measure: measureLoss,
  },
  connections: {
    of: ["relay", "gateway", "miredo", "floor", "translatedFloor", "cables"],
    measure: measureConnections,
  },
} as const satisfies Record<string, Measurement>;

/** What can be measured. */
export type Topic = keyof typeof TOPICS;

/** Loads a contestant until its code has been compiled. */
export async function warmUp(arena: Arena): Promise<void> {
  for (const direction of DIRECTIONS) {
    for (const crowd of [TRANSFER, { clients: MANY }]) {
      await runLoad(arena, { ...crowd, direction, sizes: SIZES["64"], seconds: 0.3 });
    }
  }
}

/** Short packets of ever more clients, as fast as it goes. */
async function measureClients(field: Field, plan: Plan, results: Results): Promise<void> {
  const crowds = [TRANSFER, ...CLIENTS.map((clients) => ({ clients }))];
  await floodAll(field, plan, results, ["64"], crowds);
}

/** Longer packets of many clients and of a transfer, as fast as it goes. */
async function measureSizes(field: Field, plan: Plan, results: Results): Promise<void> {
  await floodAll(field, plan, results, ["200", "512", "1280", "mix"], [{ clients: MANY }]);
  await floodAll(field, plan, results, ["200", "1280"], [TRANSFER]);
}

async function floodAll(
  { arenas }: Field,
  plan: Plan,
  results: Results,
  sizes: readonly SizeName[],
  crowds: readonly Crowd[],
): Promise<void> {
  for (const size of sizes) {
    for (const crowd of crowds) {
      for (const direction of DIRECTIONS) {
        await takeTurns(arenas, plan, async (arena) => {
          const load = { ...crowd, direction, sizes: SIZES[size], seconds: plan.seconds };
          const { rate, cpu, offered, wrong } = await runLoad(arena, load);
          const add = (what: string, value: number) =>
            results.add(figure(size, direction, crowd, what), arena.name, value);
          add("rate", rate);
          add("cpu", cpu);
          results.add("offered", arena.name, offered / rate);
          results.add("wrong", arena.name, wrong);
        });
      }
    }
  }
}

/**
 * Loss and latency of many clients, at shares of the highest rate of the same turn. What shows where
 * latency comes from besides is measured at the relay's or the gateway's half.
 */
async function measureLoss({ arenas }: Field, plan: Plan, results: Results): Promise<void> {
  for (const direction of DIRECTIONS) {
    const load = { direction, clients: MANY, sizes: SIZES["200"], seconds: plan.seconds };
    const halves: Partial<Record<ContestantName, number>> = {};
    await takeTurns(arenas, plan, async (arena) => {
      const model = MODELS[arena.name];
      const half = model === undefined ? undefined : halves[model];
      if (half !== undefined) await atRate(arena, load, LATENCY_SHARE, half, results);
      else halves[arena.name] = await atShares(arena, load, results);
    });
  }
}

/** At whose half load some are measured, if that takes part. */
const MODELS: Partial<Record<ContestantName, ContestantName>> = {
  floor: "relay",
  translatedFloor: "gateway",
  cables: "relay",
};

/** Returns half of the highest rate. */
async function atShares(arena: Arena, load: Load, results: Results): Promise<number> {
  const { rate } = await runLoad(arena, load);
  for (const share of SHARES) await atRate(arena, load, share, share * rate, results);
  return LATENCY_SHARE * rate;
}

async function atRate(
  arena: Arena,
  load: Load,
  share: number,
  rate: number,
  results: Results,
): Promise<void> {
  const add = (what: string, value: number) =>
    results.add(figure("200", load.direction, load, what), arena.name, value);
  const isForLatency = share === LATENCY_SHARE;
  // One packet in a thousand has to be many.
  const seconds = isForLatency ? 2 * load.seconds : load.seconds;
  const { sent, arrived, skipped, latency, delay } = await runLoad(arena, {
    ...load,
    ...{ rate, seconds },
  });
  add(`loss at ${share}`, 100 * Math.max(0, 1 - arrived / sent));
  if (!isForLatency) return;
  for (const which of ["p50", "p99", "p999"] as const satisfies (keyof Shares)[]) {
    add(which, latency[which]);
  }
  results.add("delay", arena.name, delay);
  results.add("skipped", arena.name, 100 * skipped / (sent + skipped));
}

/** Short connections with many clients. Nobody but clients can open them through a gateway. */
async function measureConnections({ arenas }: Field, plan: Plan, results: Results): Promise<void> {
  for (const direction of DIRECTIONS) {
    const taking = arenas.filter((it) => direction === "up" || !it.contestant.clientsFirst);
    await takeTurns(taking, plan, async (arena) => {
      const load = { direction, clients: MANY, atOnce: AT_ONCE, seconds: plan.seconds };
      const { rate, cpu, failed, duration } = await runConnections(arena, load);
      const add = (what: string, value: number) =>
        results.add(connectionFigure(direction, what), arena.name, value);
      add("rate", rate);
      add("cpu", cpu);
      add("failed", failed);
      add("p50", duration.p50);
      add("p99", duration.p99);
    });
  }
}

/** The first packets of clients, which nobody has met before: each turn has others. */
async function measureNewcomers({ arenas }: Field, plan: Plan, results: Results): Promise<void> {
  let round = 0;
  await takeTurns(arenas, plan, async (arena) => {
    // All contestants of a round meet the same clients.
    if (arena === arenas[0]) round++;
    const from = CLIENTS.at(-1)! + MANY * round;
    const { rate, cpu } = await runNewcomers(arena, { clients: MANY, from });
    results.add("newcomers: rate", arena.name, rate);
    results.add("newcomers: cpu", arena.name, cpu);
  });
}

/** Memory with ever more active clients, of a process that has just started. */
async function measureMemory({ arenas, programs }: Field, _plan: Plan, results: Results) {
  await takeTurns(arenas, { rounds: MEMORY_ROUNDS }, async ({ name }) => {
    await using arena = await openArena(name, programs);
    const load = { direction: "both", sizes: SIZES["64"], seconds: 1, rate: 10_000 } as const;
    for (const clients of [1, MANY, CLIENTS.at(-1)!]) {
      await runLoad(arena, { ...load, clients });
      results.add(memoryFigure(clients), name, arena.memory());
    }
  });
}

async function takeTurns(
  arenas: readonly Arena[],
  { rounds }: Pick<Plan, "rounds">,
  measure: (arena: Arena) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const arena of arenas) await measure(arena);
  }
}
