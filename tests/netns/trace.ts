// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * `deno task trace`: the packets of the protocol's sequences, printed; with `--write`, also into
 * `docs/traces/`.
 *
 * @module
 */

import { readTaskLine } from "../../tools/task_line.ts";
import { requires } from "../capabilities.ts";
import { repositoryPath } from "./deno_run.ts";
import { prepareTeredo } from "./teredo.ts";
import { recordTraces, type Trace, TRACE_NEEDS } from "./traces.ts";

async function main(): Promise<number> {
  const usage = "Usage: deno task trace [--write]";
  const { values } = readTaskLine(usage, { write: { type: "boolean" } });
  const { ignore, reason } = requires(...TRACE_NEEDS);
  if (ignore) {
    console.error(`Cannot record traces: this machine ${reason}`);
    return 1;
  }
  await prepareTeredo();
  for (const trace of await recordTraces()) {
    console.log(fileText(trace));
    if (values.write) {
      await Deno.writeTextFile(repositoryPath(`docs/traces/${trace.name}.txt`), fileText(trace));
    }
  }
  return 0;
}

function fileText({ title, text }: Trace): string {
  return `${title}\n\n${text}`;
}

if (import.meta.main) Deno.exit(await main());
