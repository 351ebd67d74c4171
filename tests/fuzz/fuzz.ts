// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Fuzzes everything that takes octets from others:
 *
 *     deno task fuzz                                    ten million inputs, on all processors
 *     deno task fuzz --executions 100000 --seed other
 *     deno task fuzz --seconds 60 --target client --target xml
 *
 * The inputs depend on the seed, which is "teredo" unless given. Each processor has a process of
 * its own, so that an input that never ends, or that takes all memory, ends only that: the block
 * that it was in runs again, and shows it. An input that fails is made small, printed, and added to
 * the corpus, tests/fuzz/corpus.
 *
 * @module
 */

import { readTaskLine, refuseTaskLine } from "../../tools/task_line.ts";
import { addToCorpus, formatLine } from "./corpus.ts";
import { BLOCK, type Failure } from "./campaign.ts";
import { reduce } from "./reduce.ts";
import type { FuzzTarget } from "./target.ts";
import { TARGETS } from "./targets.ts";
import { FuzzProcess, type Tally } from "./fuzz_process.ts";

const USAGE =
  "Usage: deno task fuzz [--executions N] [--seconds N] [--target NAME]... [--seed TEXT]";

const DEFAULT_EXECUTIONS = 10_000_000;

/** What to do. */
interface Plan {
  readonly executions: number;
  readonly seconds: number;
  readonly seed: string;
  readonly targets: readonly FuzzTarget[];
}

function readPlan(): Plan {
  const { values } = readTaskLine(USAGE, {
    executions: { type: "string" },
    seconds: { type: "string" },
    target: { type: "string", multiple: true },
    seed: { type: "string", default: "teredo" },
  });
  const names = TARGETS.map(({ name }) => name);
  const stranger = values.target?.find((each) => !names.includes(each));
  if (stranger !== undefined) {
    refuseTaskLine(USAGE, `There is no target "${stranger}"; there are ${names.join(", ")}`);
  }
  const seconds = Number(values.seconds ?? Infinity);
  const executions = Number(values.executions ?? (values.seconds ? Infinity : DEFAULT_EXECUTIONS));
  if (!(seconds > 0 && executions > 0)) {
    refuseTaskLine(USAGE, "--executions and --seconds take numbers above 0");
  }
  const { target = names, seed } = values;
  return {
    executions,
    seconds,
    seed,
    targets: TARGETS.filter(({ name }) => target.includes(name)),
  };
}

/** How much time each target has had: the one with the least is next. */
class Progress {
  readonly tallies = new Map<string, Tally>();
  readonly #start = performance.now();
  readonly #plan: Plan;
  /** Blocks that were begun, by target. */
  readonly #begun = new Map<string, number>();
  #total = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    for (const { name } of plan.targets) {
      this.#begun.set(name, 0);
      this.tallies.set(name, { executions: 0, milliseconds: 0 });
    }
  }

  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  get total(): number {
    return this.#total;
  }

  /** The next block to run; undefined when it is enough. */
  next(): { readonly target: string; readonly block: number } | undefined {
    const begun = [...this.#begun.values()].reduce((sum, each) => sum + each, 0);
    const { executions, seconds } = this.#plan;
    if (begun * BLOCK >= executions || this.seconds >= seconds) return undefined;
    const [target = ""] = this.#plan.targets
      .map(({ name, weight = 1 }) => [name, this.tallies.get(name)!.milliseconds / weight] as const)
      .reduce((one, other) => other[1] < one[1] ? other : one);
    const block = this.#begun.get(target)!;
    this.#begun.set(target, block + 1);
    return { target, block };
  }

  note(target: string, { executions, milliseconds }: Tally): void {
    const before = this.tallies.get(target)!;
    this.#total += executions;
    this.tallies.set(target, {
      executions: before.executions + executions,
      milliseconds: before.milliseconds + milliseconds,
    });
  }

  print(): void {
    console.log("target            executions   a second");
    for (const [name, { executions, milliseconds }] of this.tallies) {
      const rate = Math.round(1000 * executions / Math.max(1, milliseconds));
      console.log(
        `${name.padEnd(16)}  ${String(executions).padStart(10)}  ${String(rate).padStart(9)}`,
      );
    }
    const rate = Math.round(this.#total / this.seconds);
    const seconds = Math.round(this.seconds);
    console.log(`${this.#total} executions in ${seconds} s, ${rate} a second`);
  }
}

/** Runs blocks in one process until it is enough, or something fails. */
async function work(
  plan: Plan,
  progress: Progress,
  stop: AbortController,
): Promise<Failure | undefined> {
  using process = new FuzzProcess(plan.seed);
  while (!stop.signal.aborted) {
    const next = progress.next();
    if (next === undefined) return await process.finish();
    const outcome = await process.run(next.target, next.block);
    if ("error" in outcome) {
      stop.abort();
      console.error(`Seed "${plan.seed}", target ${next.target}, block ${next.block}`);
      return outcome;
    }
    progress.note(next.target, outcome);
  }
  return undefined;
}

async function show(failure: Failure): Promise<void> {
  const target = TARGETS.find(({ name }) => name === failure.target);
  const endsHere = target !== undefined && failure.input.length > 0 &&
    failure.error.name !== "Lost";
  const small = endsHere ? await reduce(target, failure) : failure;
  console.error(`${failure.target} fails: ${small.error.stack ?? small.error.message}`);
  console.error(`The input: ${formatLine(small.input)}`);
  if (small.input.length === 0) return;
  addToCorpus(failure.target, small.input);
  console.error(`It is now in tests/fuzz/corpus/${failure.target}.txt`);
}

async function main(): Promise<number> {
  const plan = readPlan();
  const progress = new Progress(plan);
  const stop = new AbortController();
  const processors = Math.max(1, Math.min(navigator.hardwareConcurrency, 8));
  const workers = Array.from({ length: processors }, () => work(plan, progress, stop));
  const failures = (await Promise.all(workers)).filter((each) => each !== undefined);
  progress.print();
  for (const failure of failures) await show(failure);
  return failures.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
