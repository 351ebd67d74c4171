// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task bench:miredo`: ours and Miredo's programs, measured by turns.
 *
 * @module
 */

import { LAB, requires } from "../../tests/capabilities.ts";
import { prefetch } from "../../tests/netns/deno_run.ts";
import { prepareTeredo } from "../../tests/netns/teredo.ts";
import { drawChart } from "./chart.ts";
import { type Arena, CONTESTANTS, openArena } from "./contestant.ts";
import { measureEndurance } from "./endurance.ts";
import { describeMachine } from "./machine_description.ts";
import { MEASUREMENTS } from "./measurements.ts";
import { type BenchOptions, HELP, parseOptions } from "./options.ts";
import { measurePeers } from "./peers.ts";
import { Results, table } from "./results.ts";
import { soak } from "./soak.ts";

const NEEDS = [
  ...LAB,
  ...["root", "nft", "ping", "iperf3", "taskset", "miredo", "miredo-server"] as const,
] as const;

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = parseOptions(args);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
  if (options === undefined) {
    console.log(HELP);
    return 0;
  }
  const { ignore, reason } = requires(...NEEDS);
  if (ignore) {
    console.error(`Cannot measure ours against Miredo: this machine ${reason}`);
    return 1;
  }
  await prepareTeredo();
  await prefetch("bench/miredo/server_load.ts");
  await measure(options);
  return 0;
}

async function measure({ topics, runs, seconds, json, chart }: BenchOptions): Promise<void> {
  const teredo = Deno.env.get("TEREDO_BIN") ? "executable" : "sources";
  const machine = { ...describeMachine(), teredo, runs, seconds };
  const report: Record<string, unknown> = { machine };
  const results = new Results();
  const byTurns = topics.flatMap((it) =>
    it in MEASUREMENTS ? [it as keyof typeof MEASUREMENTS] : []
  );
  if (byTurns.length > 0) {
    await takeTurns(byTurns, runs, seconds, results);
    report["rows"] = results.rows;
    console.log(`\n${table(results.rows)}\n`);
  }
  if (topics.includes("peers")) {
    console.log((report["peers"] = await measurePeers(), report["peers"]));
  }
  if (topics.includes("endurance")) {
    console.log((report["endurance"] = await measureEndurance(), report["endurance"]));
  }
  if (topics.includes("soak")) console.log((report["soak"] = await soak(), report["soak"]));
  if (json !== undefined) await Deno.writeTextFile(json, `${JSON.stringify(report, rounded, 2)}\n`);
  if (chart !== undefined) await Deno.writeTextFile(chart, drawChart(results.rows));
}

/** Four digits say all that such measurements know. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value)
    ? Number(value.toPrecision(4))
    : value;
}

async function takeTurns(
  names: readonly (keyof typeof MEASUREMENTS)[],
  runs: number,
  seconds: number,
  results: Results,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const arenas: Arena[] = [];
  for (const contestant of CONTESTANTS) arenas.push(stack.use(await openArena(contestant)));
  for (const name of names) {
    console.error(`${name}: ${runs} times each`);
    for (let run = 0; run < runs; run++) {
      for (const arena of arenas) await MEASUREMENTS[name](arena, results, seconds);
    }
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
