/**
 * Programs for Windows on machines of the lab: under wine 10, with stand-ins for what it lacks.
 *
 * `WINE_ROOT` names a root folder that `.ci/windows` has made: in its `/w` are `teredo.exe` and
 * the stand-ins, in `/root/.wine` a prefix of wine.
 *
 * @module
 */

import { LAB, type Requirement, requires } from "../capabilities.ts";
import { waitForRoute } from "../netns/routes.ts";
import type { LabProcess } from "../netns/lab_process.ts";
import type { Machine } from "../netns/machine.ts";
import { ADDRESS } from "../netns/plan.ts";
import type { Outcome } from "../netns/sandbox.ts";
import { qualification, TEREDO_INTERFACE, type TeredoClient } from "../netns/teredo.ts";

/** The root folder; empty if there is none. */
const ROOT = Deno.env.get("WINE_ROOT") ?? "";

/** The folder of our executable, with everything that it needs. */
const COMPLETE = "/w";

/** A copy of it without Wintun. */
export const WITHOUT_WINTUN = "/w/without_wintun";

/** Patience with what starts under wine, in milliseconds. */
const START = { timeout: 60_000 };

/** Whether tests with wine can run here. */
export function requiresWine(): Requirement {
  const others = requires(...LAB, "root", "ping", "nft");
  if (others.ignore || ROOT !== "") return others;
  const reason = "needs WINE_ROOT, which .ci/windows sets";
  return { ignore: true, reason, title: (name) => `${name} (ignored: ${reason})` };
}

/** The command line of our executable on a machine. */
export function teredoExe(machine: Machine, args: readonly string[], folder = COMPLETE): string[] {
  const environment = {
    HOME: "/root",
    PATH: "/usr/bin:/bin",
    // A server of wine opens the sockets of all programs of its prefix, in the namespace that it
    // was started in.
    WINEPREFIX: prefixOf(machine),
    WINEDEBUG: "-all",
    WINEDLLOVERRIDES: "iphlpapi=n,b",
    XDG_RUNTIME_DIR: "/tmp",
    NO_COLOR: "1",
  };
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const script = `cd ${folder} && exec wine teredo.exe "$@"`;
  return ["chroot", ROOT, "env", "-i", ...variables, "sh", "-c", script, "sh", ...args];
}

/**
 * Gives machines a prefix each. Wine replaces files and never changes one in place, so prefixes
 * share what they have in common.
 */
export async function prepareWine(...machines: readonly Machine[]): Promise<void> {
  for (const machine of machines) {
    await machine.run("rm", "-rf", `${ROOT}${prefixOf(machine)}`);
    await machine.run("cp", "-al", `${ROOT}/root/.wine`, `${ROOT}${prefixOf(machine)}`);
  }
}

/** Runs our executable to its end. */
export async function runExe(machine: Machine, ...args: string[]): Promise<Outcome> {
  return await machine.try("timeout", "60", ...teredoExe(machine, args));
}

/** Starts our executable. */
export async function spawnExe(machine: Machine, ...args: string[]): Promise<LabProcess> {
  return await machine.spawn(...teredoExe(machine, args));
}

/** Starts our server, and waits until it serves. */
export async function startServerExe(machine: Machine, ...args: string[]): Promise<LabProcess> {
  const addresses = ["--primary", ADDRESS.serverPrimary, "--secondary", ADDRESS.serverSecondary];
  const server = await spawnExe(machine, "server", ...addresses, "--log-level", "debug", ...args);
  await server.waitForLog(/Serving on/, START);
  return server;
}

/** Starts our relay, and waits until it relays. */
export async function startRelayExe(machine: Machine, ...args: string[]): Promise<LabProcess> {
  const relay = await spawnExe(machine, "relay", "--log-level", "debug", ...args);
  await relay.waitForLog(/Relaying between/, START);
  return relay;
}

/** Starts our client, without waiting for anything. */
export async function launchClientExe(machine: Machine, ...args: string[]): Promise<LabProcess> {
  const server = ["--server", ADDRESS.serverPrimary, "--log-level", "debug"];
  return await spawnExe(machine, "client", ...server, ...args);
}

/** Starts our client, and waits until it has an address and a default route. */
export async function startClientExe(machine: Machine, ...args: string[]): Promise<TeredoClient> {
  const process = await launchClientExe(machine, ...args);
  await process.waitForLog(/Qualified/, START);
  await waitForRoute(machine, TEREDO_INTERFACE);
  return { process, ...await qualification(process) };
}

function prefixOf({ name }: Machine): string {
  return `/root/.wine-${name}`;
}
