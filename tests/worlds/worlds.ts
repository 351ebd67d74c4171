// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task worlds`: runs worlds full of faults, and shows those that fail.
 *
 *     deno task worlds                            10,000 worlds of seed 1
 *     deno task worlds --seed 7 --count 100       the first hundred of seed 7
 *     deno task worlds --seed 7 --from 42 --count 1   one of them again
 *
 * @module
 */

import { readTaskLine, wholeNumber } from "../../tools/task_line.ts";
import { Tally, type Worlds } from "./campaign.ts";
import { drawWorld } from "./draw_world.ts";
import { describeFault } from "./fault.ts";
import { runWorld, type Verdict } from "./run_world.ts";
import { shrinkPlan } from "./shrink.ts";
import type { WorldPlan } from "./world_plan.ts";

/** How many failing worlds are shown. */
const MOST_SHOWN = 10;

/** After how many worlds progress is reported. */
const PROGRESS = 1_000;

/** How many worlds a thread gets at a time. */
const SHARE = 200;

const USAGE = "Usage: deno task worlds [--seed N] [--from N] [--count N]";

if (import.meta.main) {
  const worlds = readWorlds();
  const begun = performance.now();
  const tally = await runInThreads(worlds);
  console.log(`${tally}`);
  console.log(`Took ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  for (const verdict of tally.failed.slice(0, MOST_SHOWN)) showFailure(verdict);
  if (tally.failed.length > 0) Deno.exitCode = 1;
}

function readWorlds(): Worlds {
  const { values } = readTaskLine(USAGE, {
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    count: { type: "string", default: "10000" },
  });
  const number = (name: keyof Worlds) => wholeNumber(USAGE, `--${name}`, values[name]);
  return { seed: number("seed"), from: number("from"), count: number("count") };
}

/** Runs worlds on all processors. */
async function runInThreads({ seed, from, count }: Worlds): Promise<Tally> {
  const tally = new Tally();
  const shares: Worlds[] = [];
  for (let done = 0; done < count; done += SHARE) {
    shares.push({ seed, from: from + done, count: Math.min(SHARE, count - done) });
  }
  const threads = Math.min(navigator.hardwareConcurrency, shares.length);
  await Promise.all(Array.from({ length: threads }, () => runShares(shares, tally)));
  return tally;
}

/** One thread takes shares while there are any. */
function runShares(shares: Worlds[], tally: Tally): Promise<void> {
  const worker = new Worker(new URL("./worlds_worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const next = () => {
    const share = shares.shift();
    if (share !== undefined) return worker.postMessage(share);
    worker.terminate();
    resolve();
  };
  worker.onmessage = ({ data }: MessageEvent<Verdict[] | "done">) => {
    if (data === "done") return next();
    for (const verdict of data) {
      tally.add(verdict);
      if (verdict.complaints.length > 0) console.log(`World ${verdict.seed} fails`);
      if (tally.worlds % PROGRESS === 0) console.error(`${tally.worlds} worlds`);
    }
  };
  worker.onerror = (event) => reject(new Error(event.message));
  next();
  return promise;
}

/** What is wrong with a world, and the smallest set of faults that makes it so. */
function showFailure({ seed, complaints }: Verdict): void {
  const [campaign, number] = seed.split("/");
  console.log(`\nWorld ${seed}: deno task worlds --seed ${campaign} --from ${number} --count 1`);
  for (const complaint of complaints) console.log(`  ${complaint}`);
  const plan = drawWorld(seed);
  console.log("All faults:");
  showFaults(plan);
  const least = shrinkPlan(plan, (smaller) => runWorld(smaller).complaints.length > 0);
  console.log("The smallest part of it that fails:");
  for (const part of [...least.servers, ...least.nats, ...least.clients, ...least.flows]) {
    console.log(`  ${JSON.stringify(part)}`);
  }
  showFaults(least);
  for (const complaint of runWorld(least).complaints) console.log(`  ${complaint}`);
}

function showFaults({ faults, faultTime }: WorldPlan): void {
  for (const fault of faults) console.log(`  ${describeFault(fault)}`);
  console.log(`  ${faultTime} s: all faults are over`);
}
