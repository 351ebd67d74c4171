// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Fuzzing that is guided by coverage: an input that reaches something new becomes one to mutate.
 *
 *     deno task fuzz:guided                             a minute, all targets
 *     deno task fuzz:guided --seconds 600 --target xml
 *     deno task fuzz:guided --keep                      what was found goes to tests/fuzz/corpus
 *
 * The targets are bundled, and Istanbul makes the bundle count the statements and branches that it
 * runs. Jazzer.js would do the same with libFuzzer, but its binary needs a newer C library than
 * Debian 12 has.
 *
 * @module
 */

import { commandLine, importsToUse } from "../../tools/launch.ts";
import { readTaskLine, refuseTaskLine } from "../../tools/task_line.ts";
import { numbersBelow } from "../hostile/hostile_datagrams.ts";
import { type Failure, tryInput } from "./campaign.ts";
import { addToCorpus, formatLine, parentsOf } from "./corpus.ts";
import { countersOf, type FileCounters, instrument } from "./counters.ts";
import { Mutator } from "./mutator.ts";
import { modulesOf, Reach } from "./reach.ts";
import { reduce } from "./reduce.ts";
import type { FuzzTarget } from "./target.ts";

const USAGE =
  "Usage: deno task fuzz:guided [--seconds N] [--target NAME]... [--seed TEXT] [--keep]";

/** Octets of the inputs that `--keep` adds to a target's corpus, at most. */
const MOST_KEPT = 500;

/** What guides: the counters of the bundle, and its modules. */
interface Bundle {
  readonly targets: readonly FuzzTarget[];
  readonly counters: FileCounters;
  readonly modules: ReturnType<typeof modulesOf>;
}

/** Bundles the targets, and imports the bundle that counts. */
async function openBundle(): Promise<Bundle> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/targets.js`;
    const entry = decodeURIComponent(new URL("targets.ts", import.meta.url).pathname);
    const bundle = ["bundle", "--quiet", "--output", path, entry];
    const args = commandLine(bundle, await importsToUse());
    const { success } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
    if (!success) throw new Error("The targets cannot be bundled");
    const code = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, instrument(code, "targets"));
    const { TARGETS } = await import(`file://${path}`);
    return { targets: TARGETS, counters: countersOf("targets"), modules: modulesOf(code) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What came of a target. */
interface Outcome {
  readonly failure?: Failure;
  readonly executions: number;
  /** Counters reached by what the mutations start from, and in the end. */
  readonly before: number;
  readonly after: number;
  /** Inputs that reached something new. */
  readonly found: readonly Uint8Array[];
}

async function guide(
  target: FuzzTarget,
  { counters, modules }: Bundle,
  seed: string,
  seconds: number,
): Promise<Outcome> {
  const parents = parentsOf(target);
  const { words, maxLength, name } = target;
  const mutator = new Mutator(numbersBelow(`${seed}/${name}`), { parents, words, maxLength });
  const reach = new Reach(counters, modules);
  for (const parent of parents) {
    const error = await tryInput(target, parent.slice());
    if (error !== undefined) {
      const failure = { target: name, input: parent, error };
      return { failure, executions: 1, before: 0, after: 0, found: [] };
    }
    reach.look();
  }
  const before = reach.reached;
  const found: Uint8Array[] = [];
  let executions = 0;
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; executions++) {
    const input = mutator.next();
    const error = await tryInput(target, input);
    const outcome = { executions, before, after: reach.reached, found };
    if (error !== undefined) {
      return { ...outcome, failure: { target: name, input: input.slice(), error } };
    }
    if (reach.look() === 0) continue;
    found.push(input.slice());
    parents.push(found.at(-1)!);
  }
  return { executions, before, after: reach.reached, found };
}

/** Of what was found, the few short inputs that reach most that nothing else does. */
async function fewest(
  target: FuzzTarget,
  found: readonly Uint8Array[],
  { counters, modules }: Bundle,
): Promise<Uint8Array[]> {
  const reach = new Reach(counters, modules);
  const reachedBy = async (input: Uint8Array) => {
    await tryInput(target, input.slice());
    return reach.look();
  };
  for (const parent of parentsOf(target)) await reachedBy(parent);
  const kept: Uint8Array[] = [];
  let octets = 0;
  for (const input of found.toSorted((one, other) => one.length - other.length)) {
    if (octets + input.length > MOST_KEPT || await reachedBy(input) === 0) continue;
    kept.push(input);
    octets += input.length;
  }
  return kept;
}

async function main(): Promise<number> {
  const { values } = readTaskLine(USAGE, {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "teredo" },
    target: { type: "string", multiple: true },
    keep: { type: "boolean", default: false },
  });
  const bundle = await openBundle();
  const chosen = bundle.targets.filter(({ name }) => values.target?.includes(name) ?? true);
  const seconds = Number(values.seconds) / chosen.length;
  if (!(seconds > 0 && seconds < Infinity)) {
    refuseTaskLine(USAGE, "--seconds takes a number above 0, and --target the name of a target");
  }
  let failures = 0;
  console.log("target            executions  reached before  after  inputs found");
  for (const target of chosen) {
    const { failure, executions, before, after, found } = await guide(
      target,
      bundle,
      values.seed,
      seconds,
    );
    const columns = [executions, before, after, found.length].map(String);
    const [first, second, third, last] = columns as [string, string, string, string];
    console.log(
      `${target.name.padEnd(16)}  ${first.padStart(10)}  ${second.padStart(14)}  ` +
        `${third.padStart(5)}  ${last.padStart(12)}`,
    );
    if (values.keep) addToCorpus(target.name, ...await fewest(target, found, bundle));
    if (failure === undefined) continue;
    failures++;
    const small = await reduce(target, failure);
    addToCorpus(target.name, small.input);
    console.error(`${target.name} fails: ${small.error.stack ?? small.error.message}`);
    console.error(`The input, now in the corpus: ${formatLine(small.input)}`);
  }
  return failures === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
