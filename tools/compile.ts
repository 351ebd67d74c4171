// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Builds the standalone executable:
 *
 *     deno task compile                                 dist/teredo
 *     deno task compile --target aarch64-apple-darwin   dist/teredo-aarch64-apple-darwin
 *
 * `DENORT_BIN` names the runtime to embed if Deno can't download it.
 *
 * The modules are bundled first, into one script. On Linux, an executable for this machine also
 * contains V8's code cache of it, so that V8 need not compile what every start runs.
 *
 * @module
 */

import { makeCodeCache } from "./code_cache.ts";
import { CACHE, SCRIPT, scriptOf } from "./executable/main.ts";
import { importsToUse } from "./launch.ts";
import { readTaskLine } from "./task_line.ts";

const USAGE = "Usage: deno task compile [--target TRIPLE] [--output FILE] [--entry FILE]";

/** What the executable may do. Anything else fails without a question that nobody could answer. */
const PERMISSIONS: readonly string[] = [
  "--no-prompt",
  // Configurations, secrets, hooks and recordings are wherever people say. Files in /proc and /dev
  // are excluded.
  "--allow-read",
  "--allow-write",
  // Peers, servers and routers have any address.
  "--allow-net",
  // A warning names each variable TEREDO_… that no command reads, so all names are read.
  "--allow-env",
  // Addresses of this host, whether root runs it and in which group, and the kernel's version for
  // diagnose.
  "--allow-sys=networkInterfaces,uid,gid,osRelease",
  // A hook is any program.
  "--allow-run",
  // The C library, and on Windows those of the network and Wintun.
  "--allow-ffi",
  // By default, a program may import from some hosts.
  "--deny-import",
];

/**
 * Makes V8 compile what handles packets after few of them. By default it waits for 400 calls, and
 * for 500 after the last change of a type, which a ping each second has not reached after minutes.
 * It notes the types from the first call on, and not only from the ninth.
 *
 * The part of the heap for new objects has twice 2 MB. By default V8 lets it grow to twice 32 MB
 * when a role gets to know many peers, and nothing becomes faster by that.
 *
 * The rest of the heap grows by a fifth before V8 collects garbage. By default one with 15 MB in use
 * grows to 35 MB, and a role looks as if it leaked. `--memory-saver-mode` keeps it as small, but
 * then a collection stops everything for 5 to 20 ms, the first one just after the start, and not
 * for 2 to 4. New objects are collected by the thread that handles packets alone: with so few, it
 * would wait for others longer than they help, and an idle client needs 4 MB more.
 */
const V8_FLAGS = "--v8-flags=" + [
  "--max-semi-space-size=2",
  "--heap-growing-percent=20",
  "--no-parallel-scavenge",
  "--invocation-count-for-maglev=30",
  "--minimum-invocations-after-ic-update=30",
  "--no-lazy-feedback-allocation",
].join();

/** What to build. */
interface Build {
  /** The platform, as `deno compile --target` names it; this machine's if absent. */
  readonly target?: string | undefined;
  /** The executable; in `dist/`, named after the target, if absent. */
  readonly output?: string | undefined;
  /** The main module of another program, which is embedded as it is. */
  readonly entry?: string | undefined;
}

/** How a build ended. */
interface BuildResult {
  readonly isBuilt: boolean;
  /** What to do about a failure, if that is known. */
  readonly remedy: string | undefined;
}

/** The arguments for `deno` that bundle the program into a folder, as `program.js`. */
export function bundleArguments(folder: string): string[] {
  // Nothing is minified, so that a stack trace names functions as the sources do.
  const options = ["--quiet", "--check", "--format", "cjs", "--outdir", folder];
  return ["bundle", ...CONFIG, ...options, "tools/executable/program.ts"];
}

/**
 * The arguments for `deno` that make the executable of an entry, or of `main.ts` and other files in
 * a folder.
 */
export function compileArguments(
  build: Build,
  folder?: string,
  files: readonly string[] = [],
): string[] {
  const { target, output, entry } = withDefaults(build);
  return [
    "compile",
    ...target ? ["--target", target] : [],
    ...PERMISSIONS,
    V8_FLAGS,
    ...CONFIG,
    // Deno's own code cache would be in the folder for temporary files, under a name that everybody
    // can predict: what another user puts there would run as root.
    "--no-code-cache",
    // A node_modules directory would be embedded whole, even if only part of it is imported.
    "--node-modules-dir=none",
    ...files.flatMap((file) => ["--include", `${folder}/${file}`]),
    "--output",
    output,
    folder === undefined ? entry : `${folder}/main.ts`,
  ];
}

/** Where the bundle is during the build. The name gets embedded, so it is always the same. */
export function bundleFolder(build: Build): string {
  return `dist/${withDefaults(build).output.replace(/^.*[/\\]/, "")}-modules`;
}

/**
 * Named because Deno looks next to the main module; its unstable features go into the executable.
 */
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
    ? `Cannot embed ${denort}, which DENORT_BIN names. ` +
      `It must be the denort of Deno ${Deno.version.deno} for the target.`
    : "Cannot download denort, the runtime that deno compile embeds, because this machine does " +
      `not reach Deno's download site. Get denort of Deno ${Deno.version.deno} for the target ` +
      "elsewhere, and set DENORT_BIN to its path.";
}

/**
 * Builds an executable.
 *
 * @param denort the runtime to embed; Deno downloads it if undefined
 */
export async function compile(build: Build, denort: string | undefined): Promise<BuildResult> {
  const imports = await importsToUse();
  const env = { TEREDO_IMPORTS: imports, DENORT_BIN: denort ?? "" };
  const folder = build.entry === undefined ? bundleFolder(build) : undefined;
  try {
    const files = folder === undefined ? [] : await bundle(build, folder, env);
    if (files === undefined) return { isBuilt: false, remedy: undefined };
    const { code, messages } = await run(compileArguments(build, folder, files), env);
    return { isBuilt: code === 0, remedy: code === 0 ? undefined : remedy(messages, denort) };
  } finally {
    // It is absent if bundling failed.
    if (folder !== undefined) await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

/**
 * Puts the executable's main module into the folder, and the files that it reads.
 *
 * @returns the names of those files; undefined if the modules can't be bundled
 */
async function bundle(
  build: Build,
  folder: string,
  env: Record<string, string>,
): Promise<string[] | undefined> {
  if ((await run(bundleArguments(folder), env)).code !== 0) return undefined;
  const script = `${folder}/${SCRIPT}`;
  await Deno.writeTextFile(script, scriptOf(await Deno.readTextFile(`${folder}/program.js`)));
  await Deno.copyFile("tools/executable/main.ts", `${folder}/main.ts`);
  const trouble = build.target !== undefined && build.target !== Deno.build.target
    ? "it can't be made for another platform"
    : await makeCodeCache(trainerArguments(script, `${folder}/${CACHE}`));
  if (trouble === undefined) return [SCRIPT, CACHE];
  console.error(`The executable has no code cache, and takes longer to start: ${trouble}`);
  return [SCRIPT];
}

/** The arguments for `deno` that write the code cache: V8 wants the flags of the executable. */
function trainerArguments(script: string, cache: string): string[] {
  const options = ["--no-config", "--no-check", "--unstable-net", ...PERMISSIONS, V8_FLAGS];
  return ["run", ...options, "tools/executable/train.ts", script, cache];
}

/** Runs `deno` with these arguments, and returns its exit code and its messages. */
async function run(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; messages: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "tools/launch.ts", ...args],
    env,
    stderr: "piped",
  }).spawn();
  // Shown as they come, and kept to explain a failure.
  const [shown, kept] = child.stderr.tee();
  const passed = shown.pipeTo(Deno.stderr.writable, { preventClose: true });
  const messages = await new Response(kept).text();
  await passed;
  const { code } = await child.status;
  return { code, messages };
}

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  const { values: build } = readTaskLine(USAGE, { target: text, output: text, entry: text });
  Deno.chdir(new URL("..", import.meta.url));
  const { isBuilt, remedy } = await compile(build, Deno.env.get("DENORT_BIN") || undefined);
  if (remedy) console.error(`\n${remedy}`);
  return isBuilt ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
