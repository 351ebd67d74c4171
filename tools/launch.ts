// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * Runs a `deno` command so that it works on networks that do not reach JSR: the tasks of `deno.json` go
 * through here.
 *
 *     deno run -A --no-config tools/launch.ts test -A --doc
 *
 * Where the `@std` packages can be had, from JSR or from the cache, the command runs as it stands. Otherwise
 * it gets the import map of tools/stand_ins/, and one line on the standard error says so. `TEREDO_IMPORTS`
 * decides instead if set: `jsr` never takes the stand-ins, `offline` always does.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };

/** Beyond this many milliseconds, JSR counts as unreachable. */
const PROBE_TIMEOUT = 10_000;

/** Where imports come from. */
export type Imports = "jsr" | "offline";

/** Reads `TEREDO_IMPORTS`; nothing means that it is to be found out. */
export function chosenImports(value: string | undefined): Imports | undefined {
  if (!value) return undefined;
  if (value === "jsr" || value === "offline") return value;
  throw new RangeError(
    `TEREDO_IMPORTS is "${value}", which names no source of imports. ` +
      `Set it to "jsr" or "offline", or unset it to have the reachable one taken.`,
  );
}

/** The command line for `deno`, with the import map behind the sub-command if need be. */
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
      // Without the configuration: its npm packages are not in question.
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

/** Networks with a TLS root of their own are trusted if the system trusts them. */
function environment(): Record<string, string> {
  return { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") || "mozilla,system" };
}

function local(path: string): string {
  return decodeURIComponent(new URL(path, import.meta.url).pathname)
    // A drive letter stands behind a slash in a URL, and not in a path.
    .replace(/^\/(?=[A-Za-z]:\/)/, "");
}

/** Passes signals on, so that a demo or a server ends in good order. Resolves to the exit code. */
async function run(args: string[]): Promise<number> {
  // The very program that runs this: `npx deno task` works with none on the PATH.
  const child = new Deno.Command(Deno.execPath(), { args, env: environment() }).spawn();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      // A terminal sends Ctrl-C to the child too, which should not see it twice.
      if (signal === "SIGINT" && Deno.stdin.isTerminal()) return;
      try {
        child.kill(signal);
      } catch {
        // It has ended in the meantime.
      }
    });
  }
  return (await child.status).code;
}

async function main(): Promise<number> {
  let imports: Imports | undefined;
  try {
    imports = chosenImports(Deno.env.get("TEREDO_IMPORTS"));
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  if (!imports) {
    imports = await jsrResolves() ? "jsr" : "offline";
    if (imports === "offline") {
      console.error("JSR is out of reach: stand-ins from tools/stand_ins/ take the place of @std.");
    }
  }
  return await run(commandLine(Deno.args, imports));
}

if (import.meta.main) Deno.exit(await main());
