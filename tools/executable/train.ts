/**
 * Writes V8's code cache of the program:
 *
 *     deno run -A tools/executable/train.ts SCRIPT CACHE FOLDER
 *
 * V8 compiles a function when it is first called, so the cache holds what has run by then. That is
 * what a server, a relay and a client run when they start. Their network is that of
 * tools/code_cache.ts. The sockets of the roles are in the folder, which stays.
 *
 * @module
 */

import type { ProcessContext } from "../../cli/process/process_context.ts";
import { NETWORK } from "../code_cache.ts";
import { loadProgram, type Program } from "./main.ts";

/** How long a role may take to start, in milliseconds. */
const PATIENCE = 5_000;

/** How long a role goes on after its start, in milliseconds: its first timers and answers. */
const AFTERWARDS = 500;

const INTERFACE = "teredo-train";

async function main(scriptFile: string, cacheFile: string, folder: string): Promise<void> {
  const { program, script } = loadProgram<ProcessContext>(Deno.readTextFileSync(scriptFile));
  // The last role gives this process another user, and then the file could not be opened.
  using cache = Deno.openSync(cacheFile, { write: true, create: true, truncate: true });
  Deno.env.set("STATE_DIRECTORY", folder);
  await runRoles(program, folder);
  const octets = script.createCachedData();
  for (let at = 0; at < octets.length;) at += cache.writeSync(octets.subarray(at));
}

async function runRoles(program: Program<ProcessContext>, folder: string): Promise<void> {
  const run = (role: string, ...options: string[]): void => {
    const args = [role, ...options, "--control", `${folder}/${role}`, "--log-level", "error"];
    void program.main(args, context(folder));
  };
  const { primary, secondary } = NETWORK;
  run("server", "--primary", primary, "--secondary", secondary, "--user", "root");
  await until("a server", () => exists(`${folder}/server`));
  run("relay", "--interface", `${INTERFACE}2`, "--user", "root");
  await until("a relay", () => exists(`${folder}/relay`));
  await pause(AFTERWARDS);
  run("client", primary, "--interface", INTERFACE);
  await until("a client", hasTeredoAddress);
  // A native host, which the client begins to look for.
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "::", port: 0 });
  await socket.send(new Uint8Array(1), { transport: "udp", hostname: "2600::1", port: 9 });
  socket.close();
  await pause(AFTERWARDS);
}

/** What a role finds around it: nothing that this machine has configured. */
function context(folder: string): ProcessContext {
  const end = new AbortController();
  const print = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(text));
  return {
    ...{ print, printError: print, configFolder: folder },
    takeSignals: () => end.signal,
    ...{ width: 80, errorWidth: undefined, environment: () => undefined },
  };
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + PATIENCE; !isSo(); await pause(10)) {
    if (Date.now() > end) throw new Error(`Cannot start ${what}`);
  }
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

function hasTeredoAddress(): boolean {
  return Deno.networkInterfaces().some(({ name, address }) =>
    name === INTERFACE && address.startsWith("2001:0:")
  );
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

if (import.meta.main) {
  const [script, cache, folder] = Deno.args;
  await main(script!, cache!, folder!);
  // The roles are still running.
  Deno.exit(0);
}
