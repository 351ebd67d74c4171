// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task attack`: floods on real kernels, and how many honest ones get through, ours and Miredo's
 * programs by turns. With `--write`, the table goes into `docs/attacks.md`.
 *
 * @module
 */

import { describeMachine } from "../../bench/miredo/machine_description.ts";
import { readTaskLine, refuseTaskLine } from "../../tools/task_line.ts";
import { LAB, requires } from "../capabilities.ts";
import { prefetch, repositoryPath } from "../netns/deno_run.ts";
import { prepareTeredo, teredoTitle } from "../netns/teredo.ts";
import {
  type Amplification,
  amplificationTable,
  excesses,
  measureAmplification,
} from "./amplification.ts";
import { openArena } from "./arena.ts";
import { carryOut, HONEST_PROGRAMS, type Result } from "./attacks.ts";
import { type Contestant, contestants, type Role, startPrograms } from "./contestants.ts";
import { FloodGenerator } from "./flood.ts";
import { type Measured, type Row, rows, shortfalls, table } from "./table.ts";

const NEEDS = [...LAB, "root", "ping", "gcc", "miredo", "miredo-server", "taskset"] as const;

const HELP = `Usage: deno task attack [--write] [--rate PER_SECOND] [--runs N] [--only WORDS]

  --rate N   floods of a server: packets per second, 100,000 unless given
  --runs N   how often each row is measured, 3 unless given; the table has the medians
  --only W   only rows with these words in their title, or "amplification"
  --write    writes the tables into docs/attacks.md

TEREDO_BIN names the executable to attack; the sources run without it. TEREDO_BEFORE names an
earlier one to compare with. The exit code is 1 if fewer honest ones are served than must be, or than
by Miredo, or if memory stays, or a victim gets more octets than it may.`;

const DOCUMENT = "docs/attacks.md";

/** The roles whose amplification is measured, and what runs besides. */
const AMPLIFIERS = {
  server: ["server"],
  relay: ["relay"],
  client: ["server", "client"],
} as const;

interface Options {
  readonly rate: number;
  readonly runs: number;
  readonly only: string;
  readonly isToBeWritten: boolean;
}

async function main(): Promise<number> {
  const options = readOptions();
  const { ignore, reason } = requires(...NEEDS);
  if (ignore) {
    console.error(`Cannot attack: this machine ${reason}`);
    return 1;
  }
  await prepareTeredo();
  for (const program of HONEST_PROGRAMS) await prefetch(program);
  const measured = await measure(options);
  const wrong = shortfalls(measured);
  if (measured.size > 0) publish("floods", report(options, measured), options);
  if ("amplification".includes(options.only)) {
    const found = await measureAll();
    wrong.push(...excesses(found));
    publish("amplification", amplificationTable(found), options);
  }
  for (const what of wrong) console.error(`Not as demanded: ${what}`);
  return wrong.length === 0 ? 0 : 1;
}

function readOptions(): Options {
  const { values } = readTaskLine(HELP, {
    rate: { type: "string", default: "100000" },
    runs: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  });
  const [rate, runs] = [Number(values.rate), Number(values.runs)];
  if (!(rate > 0 && runs > 0)) refuseTaskLine(HELP, "--rate and --runs take numbers above 0");
  return { rate, runs, only: values.only, isToBeWritten: values.write };
}

async function measure({ rate, runs, only }: Options): Promise<Map<Row, Measured>> {
  using generator = new FloodGenerator();
  const measured = new Map<Row, Measured>();
  for (const row of rows(rate).filter(({ title }) => title.includes(only))) {
    const results: Partial<Record<Contestant, Result[]>> = {};
    for (let run = 0; run < runs; run++) {
      for (const by of contestants()) {
        const result = await attackOnce(row, by, generator);
        console.error(`${row.title}, ${by}: ${JSON.stringify(result)}`);
        (results[by] ??= []).push(result);
      }
    }
    measured.set(row, results);
  }
  return measured;
}

/** What each role makes of each kind of packet. */
async function measureAll(): Promise<Amplification[]> {
  using generator = new FloodGenerator();
  const found: Amplification[] = [];
  for (const [role, roles] of Object.entries(AMPLIFIERS)) {
    await using arena = await openArena();
    await using programs = await startPrograms("ours", arena, roles);
    const setting = { arena, generator, programs, role: role as Role };
    found.push(...await measureAmplification(setting));
  }
  return found;
}

async function attackOnce(
  { attack, rate }: Row,
  by: Contestant,
  generator: FloodGenerator,
): Promise<Result> {
  const planned = attack();
  await using arena = await openArena();
  await using programs = await startPrograms(by, arena, planned.roles, true);
  return await carryOut(planned, { arena, generator, programs, rate });
}

function report({ runs }: Options, measured: ReadonlyMap<Row, Measured>): string {
  const { kernel, processors, model, load } = describeMachine();
  const program = teredoTitle() === "cli.ts from source" ? "the sources" : "the executable";
  return `${table(measured)}

Measured with ${program} on ${processors} processors (${model}), Linux ${kernel}, at a load of ${
    load.toFixed(1)
  }: medians of ${runs} runs.
`;
}

/** Prints a table and, if that is wanted, puts it between its marks in the document. */
function publish(name: string, text: string, { isToBeWritten }: Options): void {
  console.log(`${text}\n`);
  if (!isToBeWritten) return;
  const path = repositoryPath(DOCUMENT);
  const document = Deno.readTextFileSync(path);
  const mark = `<!-- ${name} -->\n`;
  const start = document.indexOf(mark) + mark.length;
  const end = document.indexOf(`<!-- end of ${name} -->`);
  Deno.writeTextFileSync(path, `${document.slice(0, start)}\n${text}\n${document.slice(end)}`);
}

if (import.meta.main) Deno.exit(await main());
