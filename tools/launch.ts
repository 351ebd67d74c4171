// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Runs a `deno` command, also on networks that do not reach JSR: the tasks of `deno.json` go
 * through here.
 *
 *     deno run -A --no-config tools/launch.ts test -A --doc
 *
 * If the `@std` packages can be loaded, from JSR or from the cache, the command runs unchanged.
 * Otherwise it gets the import map of tools/stand_ins/, and one line on the standard error stream
 * says so. The variable `TEREDO_IMPORTS` decides instead if it is set: `jsr` never uses the
 * stand-ins, `offline` always does.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };

/** Beyond this many milliseconds, JSR counts as unreachable. */
const PROBE_TIMEOUT = 10_000;

/** Where imports come from. */
export type Imports = "jsr" | "offline";

/** Reads `TEREDO_IMPORTS`; undefined if it leaves the choice to us. */
export function chosenImports(value: string | undefined): Imports | undefined {
  if (!value) return undefined;
  if (value === "jsr" || value === "offline") return value;
  throw new RangeError(
    `TEREDO_IMPORTS is "${value}", which is not a source of imports. ` +
      `Set it to "jsr" or "offline", or unset it to use JSR if it can be reached.`,
  );
}

/** The command line for `deno`, with the import map after the subcommand if necessary. */
export function commandLine(command: readonly string[], imports: Imports): string[] {
  const [subcommand = "help", ...rest] = command;
  if (imports === "jsr") return [subcommand, ...rest];
  return [subcommand, "--import-map", local("stand_ins/import_map.json"), ...rest];
}

/** Whether every package of `deno.json` that comes from JSR can be loaded. */
export async function jsrResolves(): Promise<boolean> {
  const packages = Object.values(config.imports).filter((each) => each.startsWith("jsr:"));
  try {
    const { success } = await new Deno.Command(Deno.execPath(), {
      // Without the configuration, whose npm packages don't matter here.
      args: ["cache", "--quiet", "--no-config", ...packages],
      env: environment(),
      stdin: "null",
      stdout: "null",
      stderr: "null",
      signal: AbortSignal.timeout(PROBE_TIMEOUT),
    }).output();
    return success;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/**
 * TLS roots that the system trusts are trusted too, because networks without JSR often have their
 * own.
 */
function environment(): Record<string, string> {
  return { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") || "mozilla,system" };
}

function local(path: string): string {
  return decodeURIComponent(new URL(path, import.meta.url).pathname)
    // A URL has a slash before the drive letter, a path has none.
    .replace(/^\/(?=[A-Za-z]:\/)/, "");
}

/** Passes signals on, so that a demo or a server ends properly. Resolves to the exit code. */
async function run(args: string[]): Promise<number> {
  // The program that runs this, because `npx deno task` works without a deno in PATH.
  const child = new Deno.Command(Deno.execPath(), { args, env: environment() }).spawn();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      // A terminal also sends Ctrl-C to the child, which should not get it twice.
      if (signal === "SIGINT" && Deno.stdin.isTerminal()) return;
      try {
        child.kill(signal);
      } catch {
        // It has already ended.
      }
    });
  }
  return (await child.status).code;
}

/**
 * Where imports come from: what `TEREDO_IMPORTS` says, or JSR if it can be reached. Says so if it
 * can't.
 *
 * @throws {RangeError} `TEREDO_IMPORTS` is wrong
 */
export async function importsToUse(): Promise<Imports> {
  const chosen = chosenImports(Deno.env.get("TEREDO_IMPORTS"));
  if (chosen !== undefined) return chosen;
  if (await jsrResolves()) return "jsr";
  console.error("JSR is out of reach: stand-ins from tools/stand_ins/ replace @std.");
  return "offline";
}

async function main(): Promise<number> {
  let imports: Imports;
  try {
    imports = await importsToUse();
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  return await run(commandLine(Deno.args, imports));
}

if (import.meta.main) Deno.exit(await main());
