/**
 * The command line of `deno task soak`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { SoakOptions } from "./soak_record.ts";

/** What is printed for `--help`. */
export const HELP = `Usage: deno task soak [OPTION]...

Run all roles in a lab of network namespaces while much happens to them, and judge what became of memory, descriptors
and reachability. The exit code is 1 if something is wrong.

  --minutes N   How long it takes, without start and end; 30 unless given
  --json FILE   Where to write all that was seen
  --write       Write the figures into docs/reliability.md, and the plot to docs/soak.svg
  --draw FILE   Only write them, from what --json wrote earlier

TEREDO_BIN names the executable to test; without it, the sources run as they are. Needs root.`;

/** What was asked for. */
export interface SoakArguments {
  readonly options: SoakOptions;
  readonly json: string | undefined;
  readonly draw: string | undefined;
  readonly write: boolean;
}

/** How a soak of some minutes runs. */
function optionsFor(minutes: number): SoakOptions {
  const duration = minutes * 60;
  return {
    ...{ duration, warmUp: duration / 5, interval: Math.min(5, duration / 10), rest: 20 },
    crowd: 200,
  };
}

/**
 * Reads the command line; `undefined` stands for a call for help.
 *
 * @throws {TypeError} It is wrong.
 */
export function parseSoakArguments(args: readonly string[]): SoakArguments | undefined {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { minutes: text, json: text, draw: text, write: flag, help: flag },
  });
  if (values.help) return undefined;
  const minutes = Number(values.minutes ?? "30");
  if (!(minutes > 0)) {
    throw new TypeError(`Cannot use --minutes ${values.minutes}: it takes a number above 0`);
  }
  const { json, draw, write = false } = values;
  return { options: optionsFor(minutes), json, draw, write };
}
