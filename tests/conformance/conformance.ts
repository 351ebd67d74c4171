// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Writes `docs/conformance.md` out of the checklist and the tests.
 *
 *     deno task conformance            writes the document
 *     deno task conformance --check    says whether it is up to date, and writes nothing
 *
 * Both fail when an item that needs a proof has none.
 *
 * @module
 */

import { readTaskLine } from "../../tools/task_line.ts";
import { CHECKLIST } from "./checklist.ts";
import { collectTests, LoadError } from "./collect_tests.ts";
import { complaintsAbout, coverageOf } from "./coverage.ts";
import { DEPARTURES } from "./departures.ts";
import { writeDocument } from "./document.ts";

const ROOT = new URL("../../", import.meta.url);
const DOCUMENT = new URL("docs/conformance.md", ROOT);

async function readIfThere(file: URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function main(): Promise<number> {
  const usage = "Usage: deno task conformance [--check]";
  const { values } = readTaskLine(usage, { check: { type: "boolean" } });
  const coverage = coverageOf(await collectTests(ROOT));
  const complaints = complaintsAbout(CHECKLIST, DEPARTURES, coverage);
  const text = writeDocument(CHECKLIST, DEPARTURES, coverage);
  if (await readIfThere(DOCUMENT) !== text) {
    if (values.check) {
      complaints.push("docs/conformance.md is out of date. Run `deno task conformance`.");
    } else {
      await Deno.writeTextFile(DOCUMENT, text);
      console.log("docs/conformance.md has been written.");
    }
  }
  for (const complaint of complaints) console.error(complaint);
  return complaints.length > 0 ? 1 : 0;
}

async function run(): Promise<number> {
  try {
    return await main();
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    console.error(error.message);
    return 1;
  }
}

// The test files that were loaded may have left something open.
if (import.meta.main) Deno.exit(await run());
