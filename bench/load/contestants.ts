/**
 * What is put under load.
 *
 * @module
 */

import type { LabProcess } from "../../tests/netns/lab_process.ts";
import type { Machine } from "../../tests/netns/machine.ts";
import { MIREDO_INTERFACE } from "../../tests/netns/miredo.ts";
import { ADDRESS } from "../../tests/netns/plan.ts";
import { startRelay, teredo } from "../../tests/netns/teredo.ts";
import { PORT } from "./load_lab.ts";
import type { Programs } from "./programs.ts";

/** Something that carries packets between clients and native hosts. */
export interface Contestant {
  readonly title: string;
  /** Whether clients begin, because nobody else may: a gateway. */
  readonly clientsFirst: boolean;
  /** Starts it on a machine, and waits until it works. */
  start(machine: Machine, programs: Programs): Promise<LabProcess>;
}

// The hosts of the generator are one site, whose limit is a few hundred new clients a second.
const OURS = ["--port", `${PORT}`, "--limits", "off"] as const;

/** All of them, by name. */
export const CONTESTANTS = {
  relay: {
    title: "our relay",
    clientsFirst: false,
    start: (machine) => startRelay(machine, ...OURS),
  },
  gateway: {
    title: "our gateway",
    clientsFirst: true,
    start: startGateway,
  },
  miredo: {
    title: "Miredo's relay",
    clientsFirst: false,
    start: startMiredo,
  },
  floor: {
    title: "floor",
    clientsFirst: false,
    start: startFloor,
  },
} as const satisfies Record<string, Contestant>;

/** The name of a contestant. */
export type ContestantName = keyof typeof CONTESTANTS;

async function startGateway(machine: Machine): Promise<LabProcess> {
  const options = [...OURS, "--gateway", "--gateway-for", "all"];
  const gateway = await machine.spawn(...teredo("relay", ...options));
  await gateway.waitForLog(/Gateway through interface/);
  return gateway;
}

async function startMiredo(machine: Machine): Promise<LabProcess> {
  const file = "/run/load.conf";
  const lines = [
    "RelayType relay",
    `InterfaceName ${MIREDO_INTERFACE}`,
    `BindAddress ${ADDRESS.relay}`,
    `BindPort ${PORT}`,
  ];
  await machine.run("sh", "-c", 'printf "%s\\n" "$@" >"$0"', file, ...lines);
  const relay = await machine.spawn("miredo", "-f", "-c", file, "-p", "/run/load.pid");
  await relay.waitForLog(/Starting/);
  return relay;
}

async function startFloor(machine: Machine, { floor }: Programs): Promise<LabProcess> {
  const process = await machine.spawn(floor, "floor0", `${PORT}`);
  await process.waitForLog(/Ready/);
  await machine.ip("link set floor0 up mtu 1280");
  await machine.ip("route add 2001::/32 dev floor0");
  return process;
}
