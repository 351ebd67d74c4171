// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Builds the standalone executable:
 *
 *     deno task compile                             dist/teredo
 *     deno task compile --target aarch64-apple-darwin   dist/teredo-aarch64-apple-darwin
 *
 * `DENORT_BIN` names the runtime to embed where Deno cannot download it.
 *
 * @module
 */

import { parseArgs } from "node:util";

const USAGE = "Usage: deno task compile [--target TRIPLE] [--output FILE] [--entry FILE]";

/**
 * What the executable may do without asking: everything. Nobody is there to answer a prompt in a service, the kernel's
 * own permissions decide, and no lesser permission of Deno's opens a file in /proc or /dev.
 */
const PERMISSIONS = "--allow-all";

/** What to build. */
export interface Build {
  /** The platform, as `deno compile --target` names it; this machine's if absent. */
  readonly target?: string | undefined;
  /** The executable; in `dist/`, named after the target, if absent. */
  readonly output?: string | undefined;
  /** The main module, `cli.ts` by default. */
  readonly entry?: string | undefined;
}

/** The arguments for `deno`. */
export function compileArguments(build: Build): string[] {
  const target = build.target ? ["--target", build.target] : [];
  return [
    "compile",
    ...target,
    PERMISSIONS,
    // Deno looks for it beside the main module; its unstable features go into the executable.
    "--config",
    "deno.json",
    // A node_modules directory would be embedded whole, whatever of it is imported.
    "--node-modules-dir=none",
    "--output",
    build.output ?? defaultOutput(build.target),
    build.entry ?? "cli.ts",
  ];
}

function defaultOutput(target: string | undefined): string {
  const name = target ? `dist/teredo-${target}` : "dist/teredo";
  const windows = target ? target.includes("windows") : Deno.build.os === "windows";
  return windows ? `${name}.exe` : name;
}

/** What to do about the messages of a failed build, if that is known. */
export function remedy(messages: string, denort: string | undefined): string | undefined {
  if (!/denort|dl\.deno\.land/.test(messages)) return undefined;
  return denort
    ? `Embedding the runtime that DENORT_BIN names, ${denort}, fails. ` +
      `It must be the denort of Deno ${Deno.version.deno} for the target.`
    : `Downloading denort, the runtime that deno compile embeds, fails: this machine does not reach ` +
      `Deno's download site. Get denort of Deno ${Deno.version.deno} for the target elsewhere, ` +
      `and set DENORT_BIN to its path.`;
}

async function main(): Promise<number> {
  let build: Build;
  try {
    const text = { type: "string" } as const;
    build = parseArgs({ args: Deno.args, options: { target: text, output: text, entry: text } })
      .values;
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "tests/offline/launch.ts", ...compileArguments(build)],
    cwd: decodeURIComponent(new URL("..", import.meta.url).pathname).replace(
      /^\/(?=[A-Za-z]:)/,
      "",
    ),
    stderr: "piped",
  }).spawn();
  // Shown as they come, and kept to tell why it failed.
  const [shown, kept] = child.stderr.tee();
  const passed = shown.pipeTo(Deno.stderr.writable, { preventClose: true });
  const messages = await new Response(kept).text();
  await passed;
  const { code } = await child.status;
  if (code !== 0) {
    const help = remedy(messages, Deno.env.get("DENORT_BIN"));
    if (help) console.error(`\n${help}`);
  }
  return code;
}

if (import.meta.main) Deno.exit(await main());
