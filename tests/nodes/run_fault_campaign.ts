// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Makes system calls of each role fail, and looks at what becomes of it:
 *
 *     deno task faults                        every call by every error, starts, and 20 seeds
 *     deno task faults --seeds 100 --from 21  only seeds, 100 of them
 *     deno task faults --role relay
 *
 * It runs in its own network namespace, takes about 25 minutes, and ends with 1 if it found
 * anything.
 *
 * @module
 */

import { readTaskLine, refuseTaskLine, wholeNumber } from "../../tools/task_line.ts";
import { isInNamespace, runAgainInside } from "../ffi/namespace.ts";
import {
  failAtRandom,
  failEachCall,
  failStarts,
  type Finding,
  type Mode,
} from "./fault_campaign.ts";
import { prepareNamespace, WORLDS } from "./fault_worlds.ts";

const USAGE = `Usage: deno task faults [OPTION]...

Make system calls of each role fail, and look at what becomes of it. The exit code is 1 if something is found.

  --seeds N     Only calls that fail at random, by N seeds; by default each call by each error, starts, and 20 seeds
  --from N      The first seed; 1 unless given
  --role NAME   Only this role, ${Object.keys(WORLDS).join(", ")}; may be given several times

It runs in its own network namespace, and takes about 25 minutes without options.`;

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

/** What was asked for. */
interface Choice {
  /** The number of seeds; undefined if calls also fail in every other way. */
  readonly seeds: number | undefined;
  readonly from: number;
  readonly worlds: readonly string[];
}

function readChoice(): Choice {
  const { values } = readTaskLine(USAGE, {
    seeds: { type: "string" },
    from: { type: "string", default: "1" },
    role: { type: "string", multiple: true, default: Object.keys(WORLDS) },
  });
  const stranger = values.role.find((name) => !Object.hasOwn(WORLDS, name));
  if (stranger !== undefined) refuseTaskLine(USAGE, `There is no role "${stranger}"`);
  return {
    seeds: values.seeds === undefined ? undefined : wholeNumber(USAGE, "--seeds", values.seeds),
    from: wholeNumber(USAGE, "--from", values.from),
    worlds: values.role,
  };
}

async function campaign({ seeds, from, worlds }: Choice): Promise<number> {
  let count = 0;
  for (const world of worlds) {
    for (const isAlone of [false, true]) {
      const mode: Mode = { world, isAlone };
      const name = isAlone ? `${world} that may hold the event loop` : world;
      if (seeds === undefined) {
        count += await report(`${name}, each call`, failEachCall(mode, false));
        if (!isAlone) count += await report(`${name}, its start`, failStarts(mode, START_ERRORS));
      }
      for (let seed = from; seed < from + (seeds ?? 20); seed++) {
        count += await report(`${name}, seed ${seed}`, failAtRandom(mode, seed, TIME));
      }
    }
  }
  return count;
}

const choice = readChoice();
if (isInNamespace()) {
  prepareNamespace();
  const count = await campaign(choice);
  console.log(count === 0 ? "Nothing was found" : `${count} findings`);
  Deno.exit(count === 0 ? 0 : 1);
} else {
  Deno.exit(await runAgainInside(import.meta.url, Deno.args));
}
