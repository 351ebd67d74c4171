/**
 * Miredo in the lab, the implementation that ours is measured against.
 *
 * @module
 */

import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import { waitForRoute } from "./routes.ts";

/** The interface of Miredo's client and relay. */
export const MIREDO_INTERFACE = "miredo0";

/** Starts Miredo's server, on both of the server's addresses. */
export async function startMiredoServer(machine: Machine): Promise<LabProcess> {
  const lines = [`ServerBindAddress ${ADDRESS.serverPrimary}`];
  const server = await start(machine, "miredo-server", lines);
  await server.waitForLog(/Starting/);
  return server;
}

/** Starts Miredo's relay. */
export async function startMiredoRelay(machine: Machine): Promise<LabProcess> {
  const lines = ["RelayType relay", `InterfaceName ${MIREDO_INTERFACE}`];
  const relay = await start(machine, "miredo", lines);
  await relay.waitForLog(/Starting/);
  return relay;
}

/** A qualified client of Miredo. */
interface MiredoClient {
  readonly process: LabProcess;
  /** Its Teredo address. */
  readonly address: string;
}

/** Starts Miredo's client, without waiting for anything. */
export async function launchMiredoClient(machine: Machine): Promise<LabProcess> {
  const lines = [`ServerAddress ${ADDRESS.serverPrimary}`, `InterfaceName ${MIREDO_INTERFACE}`];
  return await start(machine, "miredo", lines);
}

/** Starts Miredo's client, and waits until it has an address. */
export async function startMiredoClient(machine: Machine): Promise<MiredoClient> {
  const process = await launchMiredoClient(machine);
  await process.waitForLog(/Teredo pseudo-tunnel started/);
  const [, address] = await process.waitForLog(/\(address: ([0-9a-f:]+)/);
  await waitForRoute(machine, MIREDO_INTERFACE);
  return { process, address: address! };
}

/** The configuration is a file in the lab's own `/run`, for which the shell is the shortest way. */
async function start(machine: Machine, program: string, lines: readonly string[]) {
  const name = `/run/${program}.${machine.name}`;
  await machine.run("sh", "-c", 'printf "%s\\n" "$@" >"$0"', `${name}.conf`, ...lines);
  return await machine.spawn(program, "-f", "-c", `${name}.conf`, "-p", `${name}.pid`);
}
