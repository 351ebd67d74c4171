// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task bench:load`: relays and a gateway under the load of many clients, by turns.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { requires } from "../../tests/capabilities.ts";
import { prepareTeredo, teredoTitle } from "../../tests/netns/teredo.ts";
import { describeMachine } from "../miredo/machine_description.ts";
import { type Arena, openArena } from "./arena.ts";
import { type ContestantName, CONTESTANTS } from "./contestants.ts";
import { type Plan, type Topic, TOPICS } from "./measurements.ts";
import { buildPrograms } from "./programs.ts";
import { Results } from "./samples.ts";
import { tables } from "./tables.ts";

const NEEDS = [
  ...["linux", "root", "namespaces", "tun", "ip", "nsenter"] as const,
  ...["gcc", "taskset", "miredo"] as const,
] as const;

const HELP = `Usage: deno task bench:load [OPTION]...

Load relays and a gateway with the packets of many clients, on real kernels in network namespaces.

  --only TOPIC,...       What to measure: ${Object.keys(TOPICS).join(", ")}; all, unless given
  --contestants NAME,...  What to load: ${Object.keys(CONTESTANTS).join(", ")}; all, unless given
  --rounds N             How often each measurement is made; 5 unless given
  --seconds N            How long packets flow each time; 0.5 unless given
  --json FILE            Where to write all samples
  --write FILE           A document between whose marks the tables go

TEREDO_BIN names the executable to measure; without it, the sources run as they are.
Needs root, gcc, taskset and miredo.`;

/** Between these lines of a document the tables stand. */
const MARKS = ["<!-- bench:load -->\n", "<!-- end of bench:load -->\n"] as const;

async function main(args: string[]): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: {
      ...{ only: text, contestants: text, rounds: text, seconds: text, json: text, write: text },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const { ignore, reason } = requires(...NEEDS);
  if (ignore) {
    console.error(`Cannot load anything: this machine ${reason}`);
    return 1;
  }
  await prepareTeredo();
  const topics = chosen(values.only, TOPICS);
  const names = chosen(values.contestants, CONTESTANTS);
  const plan = { rounds: Number(values.rounds ?? 5), seconds: Number(values.seconds ?? 0.5) };
  const machine = { ...describeMachine(), teredo: teredoTitle(), ...plan };
  const results = await measure(topics, names, plan);
  const found = tables(results);
  console.log(found);
  if (values.json !== undefined) {
    await Deno.writeTextFile(values.json, JSON.stringify({ machine, samples: results.all }));
  }
  if (values.write !== undefined) await insert(values.write, found);
  return 0;
}

async function measure(
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
  for (const topic of topics) {
    console.error(`${topic}: ${plan.rounds} times each`);
    await TOPICS[topic](arenas, plan, results);
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

if (import.meta.main) Deno.exit(await main(Deno.args));
