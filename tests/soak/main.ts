// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task soak`: see docs/reliability.md.
 *
 * @module
 */

import { requires } from "../capabilities.ts";
import { drawSoak } from "./plot.ts";
import { withSection } from "./section.ts";
import { soak, SOAK_NEEDS } from "./soak.ts";
import { HELP, parseSoakArguments, type SoakArguments } from "./soak_options.ts";
import type { SoakRecord } from "./soak_record.ts";
import { judge } from "./verdict.ts";

const DOCUMENT = new URL("../../docs/reliability.md", import.meta.url);
const PLOT = new URL("../../docs/soak.svg", import.meta.url);

async function main(): Promise<number> {
  let parsed: SoakArguments | undefined;
  try {
    parsed = parseSoakArguments(Deno.args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (parsed === undefined) {
    console.log(HELP);
    return 0;
  }
  const { options, json, draw, write } = parsed;
  const { ignore, reason } = requires(...SOAK_NEEDS);
  if (ignore && draw === undefined) {
    console.error(`Cannot run a soak: this machine ${reason}`);
    return 1;
  }
  const record: SoakRecord = draw === undefined
    ? await soak(options, (line) => console.error(line))
    : JSON.parse(await Deno.readTextFile(draw));
  if (json !== undefined) await Deno.writeTextFile(json, JSON.stringify(record));
  if (write || draw !== undefined) await writeDocuments(record);
  return report(record);
}

async function writeDocuments(record: SoakRecord): Promise<void> {
  await Deno.writeTextFile(PLOT, drawSoak(record));
  await Deno.writeTextFile(DOCUMENT, withSection(await Deno.readTextFile(DOCUMENT), record));
}

function report(record: SoakRecord): number {
  const judgements = judge(record);
  for (const { what, isGood, details } of judgements) {
    console.log(`${what}: ${isGood ? "good" : "BAD"}`);
    for (const detail of details) console.log(`  ${detail}`);
  }
  return judgements.every(({ isGood }) => isGood) ? 0 : 1;
}

Deno.exit(await main());
