/**
 * The command line of `deno task bench:miredo`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { MEASUREMENTS } from "./measurements.ts";

/** What can be asked for beside the measurements that take turns. */
const SPECIALS = ["peers", "endurance", "soak"] as const;

/** All that `--only` takes. */
const TOPICS = [
  ...Object.keys(MEASUREMENTS) as (keyof typeof MEASUREMENTS)[],
  ...SPECIALS,
] as const;

/** Something to measure. */
type Topic = typeof TOPICS[number];

/** What was asked for. */
export interface BenchOptions {
  readonly topics: readonly Topic[];
  readonly runs: number;
  readonly seconds: number;
  readonly json: string | undefined;
  readonly chart: string | undefined;
}

/** What is printed for `--help`. */
export const HELP = `Usage: deno task bench:miredo [OPTION]...

Measure ours and Miredo's programs by turns, on real kernels in network namespaces.

  --only TOPIC,...  What to measure: ${TOPICS.join(", ")}.
                    All but endurance and soak, unless given
  --runs N          How often each measurement is made; 5 unless given
  --seconds N       How long traffic flows each time; 3 unless given
  --json FILE       Where to write all samples
  --chart FILE      Where to draw the medians, as SVG

TEREDO_BIN names the executable to measure; without it, the sources run as they are.
Needs root, iperf3, nft, ping, taskset, miredo and miredo-server.`;

/**
 * Reads the command line; `undefined` stands for a call for help.
 *
 * @throws {TypeError} It is wrong.
 */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ only: text, runs: text, seconds: text, json: text, chart: text },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  return {
    topics: values.only === undefined
      ? Object.keys(MEASUREMENTS).concat("peers") as Topic[]
      : topics(values.only),
    runs: positive("--runs", values.runs ?? "5"),
    seconds: positive("--seconds", values.seconds ?? "3"),
    json: values.json,
    chart: values.chart,
  };
}

function topics(list: string): Topic[] {
  return list.split(",").map((name) => {
    const topic = TOPICS.find((it) => it === name);
    if (topic !== undefined) return topic;
    throw new TypeError(`Cannot measure "${name}": --only takes ${TOPICS.join(", ")}`);
  });
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new TypeError(`Cannot use ${option} ${text}: it takes a whole number from 1 on`);
}
