// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task bench:load`: relays and a gateway under the load of many clients, by turns.
 *
 * @module
 */

import { requires } from "../../tests/capabilities.ts";
import { prefetch } from "../../tests/netns/deno_run.ts";
import { prepareTeredo, teredoTitle } from "../../tests/netns/teredo.ts";
import { readTaskLine } from "../../tools/task_line.ts";
import { describeMachine } from "../miredo/machine_description.ts";
import { type Arena, openArena } from "./arena.ts";
import { type ContestantName, CONTESTANTS, TRANSLATION } from "./contestants.ts";
import { type Measurement, type Plan, type Topic, TOPICS, warmUp } from "./measurements.ts";
import { buildPrograms } from "./programs.ts";
import { Results, type Samples } from "./samples.ts";
import { tables } from "./tables.ts";

const NEEDS = [
  ...["linux", "root", "namespaces", "tun", "ip", "nsenter"] as const,
  ...["chrt", "gcc", "taskset", "miredo"] as const,
] as const;

const HELP = `Usage: deno task bench:load [OPTION]...

Load relays and a gateway with the packets of many clients, on real kernels in network namespaces.

  --only TOPIC,...       What to measure: ${Object.keys(TOPICS).join(", ")}; all, unless given
  --contestants NAME,... What to load: ${Object.keys(CONTESTANTS).join(", ")}; all, unless given
  --rounds N             How often each measurement is made; 5 unless given
  --seconds N            How long packets flow each time; 0.2 unless given
  --json FILE            Where to write all samples
  --from FILE,...        Measures nothing, but shows what earlier runs wrote with --json
  --write FILE           A document between whose marks the tables go

TEREDO_BIN names the executable to measure; without it, the sources run as they are.
Needs root, chrt, gcc, taskset and miredo, two processors, and ten minutes for all topics.`;

/** Between these lines of a document the tables stand. */
const MARKS = ["<!-- bench:load -->\n", "<!-- end of bench:load -->\n"] as const;

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = readTaskLine(HELP, {
    ...{ only: text, contestants: text, rounds: text, seconds: text, json: text, from: text },
    write: text,
  });
  const results = values.from === undefined ? await measure(values) : await read(values.from);
  if (results === undefined) return 1;
  const found = tables(results);
  console.log(found);
  if (values.write !== undefined) await insert(values.write, found);
  return 0;
}

/** What a person may choose. */
type Choice = Partial<Record<"only" | "contestants" | "rounds" | "seconds" | "json", string>>;

/** Undefined where nothing can be measured. */
async function measure(choice: Choice): Promise<Results | undefined> {
  const { ignore, reason } = requires(...NEEDS);
  if (ignore) {
    console.error(`Cannot load anything: this machine ${reason}`);
    return undefined;
  }
  await prepareTeredo();
  await prefetch(TRANSLATION);
  const topics = chosen(choice.only, TOPICS);
  const names = chosen(choice.contestants, CONTESTANTS);
  const plan = { rounds: Number(choice.rounds ?? 5), seconds: Number(choice.seconds ?? 0.2) };
  const machine = { ...describeMachine(), teredo: teredoTitle(), ...plan };
  const results = await run(topics, names, plan);
  if (choice.json !== undefined) {
    await Deno.writeTextFile(choice.json, JSON.stringify({ machine, samples: results.all }));
  }
  return results;
}

/** The samples of earlier runs. */
async function read(files: string): Promise<Results> {
  const results = new Results();
  for (const file of files.split(",")) {
    const { samples } = JSON.parse(await Deno.readTextFile(file));
    results.merge(samples as Record<string, Samples>);
  }
  return results;
}

async function run(
  topics: readonly Topic[],
  names: readonly ContestantName[],
  plan: Plan,
): Promise<Results> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "teredo-load-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const programs = await buildPrograms(folder);
  const arenas: Arena[] = [];
  for (const name of names) arenas.push(stack.use(await openArena(name, programs)));
  const results = new Results();
  for (const arena of arenas) await warmUp(arena);
  for (const topic of topics) {
    console.error(`${topic}: since ${Math.round(performance.now() / 1000)} s`);
    const { of, measure }: Measurement = TOPICS[topic];
    const field = { arenas: arenas.filter(({ name }) => of.includes(name)), programs };
    await measure(field, plan, results);
  }
  return results;
}

function chosen<Name extends string>(
  list: string | undefined,
  all: Readonly<Record<Name, unknown>>,
): Name[] {
  const names = Object.keys(all) as Name[];
  if (list === undefined) return names;
  return list.split(",").map((name) => {
    const found = names.find((it) => it === name);
    if (found === undefined) throw new TypeError(`There is no "${name}": ${names.join(", ")}`);
    return found;
  });
}

async function insert(file: string, found: string): Promise<void> {
  const text = await Deno.readTextFile(file);
  const [begin, end] = [text.indexOf(MARKS[0]), text.indexOf(MARKS[1])];
  if (begin < 0 || end < begin) throw new Error(`${file} lacks the marks ${MARKS.join(" and ")}`);
  const before = text.slice(0, begin + MARKS[0].length);
  await Deno.writeTextFile(file, `${before}\n${found}\n\n${text.slice(end)}`);
}

if (import.meta.main) Deno.exit(await main());
