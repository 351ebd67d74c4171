// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Makes system calls of each role fail, and looks at what becomes of it:
 *
 *     deno task faults                        every call by every error, starts, and 20 seeds
 *     deno task faults --seeds 100 --from 21  only seeds, 100 of them
 *     deno task faults --role relay
 *
 * It runs in its own network namespace, takes about 20 minutes, and ends with 1 if it found
 * anything.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { isInNamespace, runAgainInside } from "../ffi/namespace.ts";
import {
  failAtRandom,
  failEachCall,
  failStarts,
  type Finding,
  type Mode,
} from "./fault_campaign.ts";
import { prepareNamespace, WORLDS } from "./fault_worlds.ts";

/** What a role's start fails by. */
const START_ERRORS = ["EMFILE", "ENOMEM", "EPERM", "EINTR"] as const;

/** How long calls fail at random, in milliseconds. */
const TIME = 2_000;

/** What was found is printed at once. */
async function report(what: string, search: Promise<Finding[]>): Promise<number> {
  const begun = performance.now();
  const findings = await search;
  const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
  console.log(`${what}: ${findings.length} findings in ${seconds} s`);
  for (const { fault, problem } of findings) console.log(`  ${fault}: ${problem}`);
  return findings.length;
}

async function campaign(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seeds: { type: "string" },
      from: { type: "string", default: "1" },
      role: { type: "string", multiple: true, default: Object.keys(WORLDS) },
    },
  });
  const first = Number(values.from);
  let count = 0;
  for (const world of values.role) {
    for (const isAlone of [false, true]) {
      const mode: Mode = { world, isAlone };
      const name = isAlone ? `${world} that may hold the event loop` : world;
      if (values.seeds === undefined) {
        count += await report(`${name}, each call`, failEachCall(mode, isAlone));
        if (!isAlone) count += await report(`${name}, its start`, failStarts(mode, START_ERRORS));
      }
      for (let seed = first; seed < first + Number(values.seeds ?? 20); seed++) {
        count += await report(`${name}, seed ${seed}`, failAtRandom(mode, seed, TIME));
      }
    }
  }
  return count;
}

if (isInNamespace()) {
  prepareNamespace();
  const count = await campaign();
  console.log(count === 0 ? "Nothing was found" : `${count} findings`);
  Deno.exit(count === 0 ? 0 : 1);
} else {
  Deno.exit(await runAgainInside(import.meta.url, Deno.args));
}
