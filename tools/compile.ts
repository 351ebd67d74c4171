// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Builds the standalone executable:
 *
 *     deno task compile                             dist/teredo
 *     deno task compile --target aarch64-apple-darwin   dist/teredo-aarch64-apple-darwin
 *
 * `DENORT_BIN` names the runtime to embed where Deno cannot download it.
 *
 * The modules are bundled first, into one for each part that is loaded by itself. That halves what is parsed at each
 * start. Where the bundler cannot be had, they are embedded as they are.
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

/**
 * Few packets must do for V8 to compile what handles them: it waits for 400 calls and for 500 after the last change of a
 * type, and a ping each second has met none of that after minutes.
 */
const V8_FLAGS =
  "--v8-flags=--invocation-count-for-maglev=30,--minimum-invocations-after-ic-update=30";

/** What to build. */
export interface Build {
  /** The platform, as `deno compile --target` names it; this machine's if absent. */
  readonly target?: string | undefined;
  /** The executable; in `dist/`, named after the target, if absent. */
  readonly output?: string | undefined;
  /** The main module, `cli.ts` by default. */
  readonly entry?: string | undefined;
}

/** The arguments for `deno` that bundle the modules into a folder; the main one keeps its name. */
export function bundleArguments(build: Build, folder: string): string[] {
  const { entry } = withDefaults(build);
  // A stack trace is to name functions as the sources do, so that nothing is minified.
  return ["bundle", ...CONFIG, "--quiet", "--check", "--code-splitting", "--outdir", folder, entry];
}

/** The arguments for `deno` that make the executable of the entry, or of its bundle in a folder. */
export function compileArguments(build: Build, folder?: string): string[] {
  const { target, output, entry } = withDefaults(build);
  return [
    "compile",
    ...target ? ["--target", target] : [],
    PERMISSIONS,
    V8_FLAGS,
    ...CONFIG,
    // V8's code cache would be a file in the folder for temporary files, with a name that everybody can foresee:
    // what another user puts there would run as root.
    "--no-code-cache",
    // A node_modules directory would be embedded whole, whatever of it is imported.
    "--node-modules-dir=none",
    "--output",
    output,
    folder === undefined ? entry : `${folder}/${entry.replace(/^.*\/|\.ts$/g, "")}.js`,
  ];
}

/** Where the bundle is while the executable is made. The name is embedded, and so the same each time. */
export function bundleFolder(build: Build): string {
  return `dist/${withDefaults(build).output.replace(/^.*[/\\]/, "")}-modules`;
}

/** Deno looks for it beside the main module; its unstable features go into the executable. */
const CONFIG = ["--config", "deno.json"];

function withDefaults({ target, output = defaultOutput(target), entry = "cli.ts" }: Build) {
  return { target, output, entry };
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
  Deno.chdir(new URL("..", import.meta.url));
  const folder = bundleFolder(build);
  try {
    const isBundled = (await run(bundleArguments(build, folder))).code === 0;
    if (!isBundled) {
      console.error("Bundling fails: modules are embedded as they are, and take longer to load");
    }
    const { code, messages } = await run(compileArguments(build, isBundled ? folder : undefined));
    if (code !== 0) {
      const help = remedy(messages, Deno.env.get("DENORT_BIN"));
      if (help) console.error(`\n${help}`);
    }
    return code;
  } finally {
    // Where bundling failed there may be none.
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

/** Runs `deno` with these arguments, and returns its exit code and what it said. */
async function run(args: readonly string[]): Promise<{ code: number; messages: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "tools/launch.ts", ...args],
    stderr: "piped",
  }).spawn();
  // Shown as they come, and kept to tell why it failed.
  const [shown, kept] = child.stderr.tee();
  const passed = shown.pipeTo(Deno.stderr.writable, { preventClose: true });
  const messages = await new Response(kept).text();
  await passed;
  const { code } = await child.status;
  return { code, messages };
}

if (import.meta.main) Deno.exit(await main());
