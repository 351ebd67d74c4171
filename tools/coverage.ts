// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Measures how much of the pure rooms their tests reach:
 *
 *     deno task coverage              a table; fails if a room is below its bounds
 *     deno task coverage --missed     also the lines that no test reaches
 *
 * @module
 */

import { commandLine, importsToUse } from "./launch.ts";
import { readTaskLine } from "./task_line.ts";

const USAGE = "Usage: deno task coverage [--missed]";

/** The rooms that are measured. */
const ROOMS = ["wire", "protocol", "offload", "client", "server", "relay"] as const;

/** The tests that count: those of the rooms, and those that send them what nobody should. */
const TESTS = [
  ...ROOMS.map((room) => `tests/${room}`),
  ...["tests/hostile", "tests/scenarios", "tests/sim"],
];

/** The least share of lines and branches, in percent. */
const LEAST = { lines: 96, branches: 92 } as const;

/** How much of something is reached. */
interface Share {
  readonly found: number;
  readonly hit: number;
}

/** What is reached of one file. */
interface FileCoverage {
  /** From the root of the project: "wire/bubble.ts". */
  readonly path: string;
  readonly lines: Share;
  readonly branches: Share;
  /** The numbers of lines that no test reaches. */
  readonly missed: readonly number[];
}

/** Reads a report in the format of lcov. */
export function parseLcov(report: string, root: string): FileCoverage[] {
  return report.split("end_of_record").flatMap((record) => {
    const [, path] = /^SF:(.+)$/m.exec(record) ?? [];
    if (path === undefined || !path.startsWith(root)) return [];
    const number = (name: string) =>
      Number(new RegExp(`^${name}:(\\d+)$`, "m").exec(record)?.[1] ?? 0);
    return [{
      path: path.slice(root.length),
      lines: { found: number("LF"), hit: number("LH") },
      branches: { found: number("BRF"), hit: number("BRH") },
      missed: Array.from(record.matchAll(/^DA:(\d+),0$/gm), ([, line]) => Number(line)),
    }];
  });
}

/** The share of several files. */
export function sumOf(shares: readonly Share[]): Share {
  return shares.reduce(
    (sum, { found, hit }) => ({ found: sum.found + found, hit: sum.hit + hit }),
    {
      found: 0,
      hit: 0,
    },
  );
}

/** A share in percent, which is never rounded up. */
export function percentOf({ found, hit }: Share): number {
  return found === 0 ? 100 : Math.floor(1000 * hit / found) / 10;
}

/** Prints the table. Returns the rooms that are below a bound. */
function printTable(files: readonly FileCoverage[]): string[] {
  const isAnywhere = (path: string) => ROOMS.some((room) => path.startsWith(`${room}/`));
  const rows: [string, FileCoverage[]][] = ROOMS.map(
    (room) => [room, files.filter(({ path }) => path.startsWith(`${room}/`))],
  );
  const below: string[] = [];
  console.log("room      lines %  branches %");
  for (
    const [room, some] of [...rows, [
      "all",
      files.filter(({ path }) => isAnywhere(path)),
    ]] as const
  ) {
    const lines = percentOf(sumOf(some.map((file) => file.lines)));
    const branches = percentOf(sumOf(some.map((file) => file.branches)));
    if (lines < LEAST.lines || branches < LEAST.branches) below.push(room);
    const columns = [lines.toFixed(1).padStart(7), branches.toFixed(1).padStart(10)];
    console.log(`${room.padEnd(8)}  ${columns.join("  ")}`);
  }
  return below;
}

function printMissed(files: readonly FileCoverage[]): void {
  for (const { path, missed } of files) {
    const isOurs = ROOMS.some((room) => path.startsWith(`${room}/`));
    if (isOurs && missed.length > 0) console.log(`${path}: ${missed.join(", ")}`);
  }
}

async function run(args: readonly string[], stdout: "null" | "piped"): Promise<Deno.CommandOutput> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], stdout, stderr: "inherit" });
  return await command.output();
}

async function main(): Promise<number> {
  const { values } = readTaskLine(USAGE, { missed: { type: "boolean" } });
  const imports = await importsToUse();
  const folder = await Deno.makeTempDir();
  try {
    const test = ["test", "-A", "--quiet", "--no-check", `--coverage=${folder}/profiles`, ...TESTS];
    const tests = await run(commandLine(test, imports), "null");
    if (!tests.success) {
      console.error(`Tests fail. Run deno task test ${TESTS.join(" ")} to see which`);
      return 1;
    }
    const report = await run(["coverage", "--lcov", `${folder}/profiles`], "piped");
    const root = decodeURIComponent(new URL("../", import.meta.url).pathname);
    const files = parseLcov(new TextDecoder().decode(report.stdout), root);
    const below = printTable(files);
    if (values.missed) printMissed(files);
    if (below.length === 0) return 0;
    console.error(
      `Below ${LEAST.lines} % of lines or ${LEAST.branches} % of branches: ${below.join(", ")}`,
    );
    return 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main());
