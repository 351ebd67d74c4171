/**
 * What is measured, in turns: each measurement once for every contestant, and then again.
 *
 * @module
 */

import type { Arena } from "./arena.ts";
import { type Direction, runLoad } from "./generator.ts";
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

/** Ways of packets. */
export const DIRECTIONS = ["up", "down"] as const satisfies readonly Direction[];

/** Shares of the highest rate at which loss is measured, and the one for latency. */
export const SHARES = [0.5, 0.8, 1] as const;
export const LATENCY_SHARE = 0.5;

/** How to measure. */
export interface Plan {
  readonly rounds: number;
  /** How long packets flow each time. */
  readonly seconds: number;
}

/** The name of a figure: `64 up × 1000: rate`. */
export function figure(
  size: SizeName,
  direction: Direction,
  clients: number,
  what: string,
): string {
  return `${size} ${direction} × ${clients}: ${what}`;
}

/** Measurements by topic. Memory comes first, before anything else has needed any. */
export const TOPICS = {
  memory: measureMemory,
  clients: measureClients,
  sizes: measureSizes,
  loss: measureLoss,
} as const;

/** What can be measured. */
export type Topic = keyof typeof TOPICS;

/** Short packets of ever more clients, as fast as it goes. */
async function measureClients(arenas: readonly Arena[], plan: Plan, results: Results) {
  for (const clients of CLIENTS) {
    for (const direction of DIRECTIONS) {
      await takeTurns(
        arenas,
        plan,
        (arena) => flood(arena, plan, results, "64", direction, clients),
      );
    }
  }
}

/** Packets of all sizes from one client and from many, as fast as it goes. */
async function measureSizes(arenas: readonly Arena[], plan: Plan, results: Results) {
  for (const clients of [1, MANY]) {
    for (const size of ["200", "512", "1280", "mix"] as const) {
      for (const direction of DIRECTIONS) {
        await takeTurns(
          arenas,
          plan,
          (arena) => flood(arena, plan, results, size, direction, clients),
        );
      }
    }
  }
}

async function flood(
  arena: Arena,
  { seconds }: Plan,
  results: Results,
  size: SizeName,
  direction: Direction,
  clients: number,
): Promise<void> {
  const { rate, cpu, wrong } = await runLoad(arena, {
    direction,
    clients,
    sizes: SIZES[size],
    seconds,
  });
  results.add(figure(size, direction, clients, "rate"), arena.name, rate);
  results.add(figure(size, direction, clients, "cpu"), arena.name, cpu);
  results.add("wrong", arena.name, wrong);
}

/** Loss and latency of many clients, at shares of the highest rate of the same turn. */
async function measureLoss(arenas: readonly Arena[], plan: Plan, results: Results) {
  for (const direction of DIRECTIONS) {
    await takeTurns(arenas, plan, async (arena) => {
      const load = {
        direction,
        clients: MANY,
        sizes: SIZES["200"],
        seconds: plan.seconds,
      };
      const highest = await runLoad(arena, load);
      for (const share of SHARES) {
        const { sent, arrived, latency } = await runLoad(arena, {
          ...load,
          rate: share * highest.rate,
        });
        const name = (what: string) => figure("200", direction, MANY, what);
        results.add(name(`loss at ${share}`), arena.name, 100 * Math.max(0, 1 - arrived / sent));
        if (share !== LATENCY_SHARE) continue;
        for (const [which, value] of Object.entries(latency)) {
          results.add(name(which), arena.name, value);
        }
      }
    });
  }
}

/** Memory before and after the most clients have been there, kB for each. */
async function measureMemory(arenas: readonly Arena[], _plan: Plan, results: Results) {
  for (const arena of arenas) {
    const most = CLIENTS.at(-1)!;
    const load = { direction: "both", sizes: SIZES["64"], seconds: 2, rate: 10_000 } as const;
    await runLoad(arena, { ...load, clients: 1 });
    const before = arena.memory();
    await runLoad(arena, { ...load, clients: most });
    results.add("memory", arena.name, (arena.memory() - before) * 1000 / (most - 1));
  }
}

async function takeTurns(
  arenas: readonly Arena[],
  { rounds }: Plan,
  measure: (arena: Arena) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const arena of arenas) await measure(arena);
  }
}
