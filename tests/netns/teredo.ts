/**
 * Our own program in the lab: run from the source, or as the executable that `TEREDO_BIN` names.
 *
 * @module
 */

import { denoRun, prefetch } from "./deno_run.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import { waitForRoute } from "./routes.ts";

/** The interface that our client makes unless told otherwise. */
export const TEREDO_INTERFACE = "teredo";

/** The command line of our program. */
export function teredo(...args: string[]): string[] {
  const executable = executablePath();
  return executable === undefined ? [...denoRun("cli.ts"), ...args] : [executable, ...args];
}

/** Makes sure that {@linkcode teredo} works where there is no network. */
export async function prepareTeredo(): Promise<void> {
  if (executablePath() === undefined) await prefetch("cli.ts");
}

/** How a report calls what {@linkcode teredo} runs. */
export function teredoTitle(): string {
  return Deno.env.get("TEREDO_BIN") || "cli.ts from source";
}

/** Starts our server at the server's addresses, and waits until it serves. */
export async function startServer(machine: Machine, ...options: string[]): Promise<LabProcess> {
  const server = await machine.spawn(
    ...teredo("server", "--primary", ADDRESS.serverPrimary, "--secondary", ADDRESS.serverSecondary),
    ...["--log-level", "debug", ...options],
  );
  await server.waitForLog(/Serving on/);
  return server;
}

/** Starts our relay on a machine with both IPv4 and IPv6, and waits until it relays. */
export async function startRelay(machine: Machine, ...options: string[]): Promise<LabProcess> {
  const relay = await machine.spawn(...teredo("relay", "--log-level", "debug", ...options));
  await relay.waitForLog(/Relaying between/);
  return relay;
}

/** A qualified client of ours. */
export interface TeredoClient {
  readonly process: LabProcess;
  /** Its Teredo address. */
  readonly address: string;
  /** Its endpoint as the Internet sees it. */
  readonly mapping: string;
}

/** Starts our client, without waiting for anything. */
export async function launchClient(machine: Machine, ...options: string[]): Promise<LabProcess> {
  return await machine.spawn(
    ...teredo("client", "--server", ADDRESS.serverPrimary, "--log-level", "debug", ...options),
  );
}

/** Starts our client, and waits until it has an address and a default route. */
export async function startClient(machine: Machine, ...options: string[]): Promise<TeredoClient> {
  const process = await launchClient(machine, ...options);
  const result = await qualification(process);
  await waitForRoute(machine, TEREDO_INTERFACE);
  return { process, ...result };
}

/** Waits until a client has an address. */
export async function qualification(
  process: LabProcess,
  since = 0,
): Promise<Omit<TeredoClient, "process">> {
  const [, address, mapping] = await process.waitForLog(
    /the Teredo address is ([0-9a-f:]+).*seen from outside as ([\d.:]+)/,
    { since },
  );
  return { address: address!, mapping: mapping! };
}

/** The working directory counts here; inside the lab it is another. */
export function executablePath(): string | undefined {
  const path = Deno.env.get("TEREDO_BIN");
  return path ? Deno.realPathSync(path) : undefined;
}
