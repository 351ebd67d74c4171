/**
 * What is put under load.
 *
 * @module
 */

import { denoRun } from "../../tests/netns/deno_run.ts";
import type { LabProcess } from "../../tests/netns/lab_process.ts";
import type { Machine } from "../../tests/netns/machine.ts";
import { MIREDO_INTERFACE } from "../../tests/netns/miredo.ts";
import { UPLINK } from "../../tests/netns/nat_router.ts";
import { ADDRESS } from "../../tests/netns/plan.ts";
import { teredo } from "../../tests/netns/teredo.ts";
import { ELSEWHERE, PORT, ROUTERS } from "./load_lab.ts";
import { asContestant } from "./processors.ts";
import type { Programs } from "./programs.ts";

/** Something that carries packets between clients and native hosts. */
export interface Contestant {
  /** What tables call it. */
  readonly title: string;
  /** Whether clients begin, because nobody else may: a gateway. */
  readonly clientsFirst: boolean;
  /** Whether the packets of clients travel without a tunnel. */
  readonly isBare: boolean;
  /** Starts it on a machine, and waits until it works. The kernel's own way has no program. */
  start(machine: Machine, programs: Programs): Promise<LabProcess | undefined>;
}

// The hosts of the generator are one site, whose limit is a few hundred new clients a second.
const OURS = ["--port", `${PORT}`, "--limits", "off"] as const;

/** The interface of the floor. */
const FLOOR = "floor0";

/** The program that translates. */
export const TRANSLATION = "bench/load/translation.ts";

/** All of them, by name. */
export const CONTESTANTS = {
  relay: {
    title: "relay",
    clientsFirst: false,
    isBare: false,
    start: (machine) => startOurs(machine, /Relaying between/),
  },
  gateway: {
    title: "gateway",
    clientsFirst: true,
    isBare: false,
    start: (machine) =>
      startOurs(machine, /Gateway through interface/, "--gateway", "--gateway-for", "all"),
  },
  miredo: {
    title: "Miredo",
    clientsFirst: false,
    isBare: false,
    start: startMiredo,
  },
  floor: {
    title: "floor",
    clientsFirst: false,
    isBare: false,
    start: startFloor,
  },
  translatedFloor: {
    title: "translated floor",
    clientsFirst: true,
    isBare: false,
    start: startTranslatedFloor,
  },
  cables: {
    title: "no tunnel",
    clientsFirst: false,
    isBare: true,
    start: routeWithoutTunnel,
  },
} as const satisfies Record<string, Contestant>;

/** The name of a contestant. */
export type ContestantName = keyof typeof CONTESTANTS;

async function startOurs(machine: Machine, ready: RegExp, ...more: string[]): Promise<LabProcess> {
  const process = await machine.spawn(...asContestant(...teredo("relay", ...OURS, ...more)));
  await process.waitForLog(ready);
  return process;
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
  const relay = await machine.spawn(
    ...asContestant("miredo", "-f", "-c", file, "-p", "/run/load.pid"),
  );
  await relay.waitForLog(/Starting/);
  return relay;
}

async function startFloor(machine: Machine, { floor }: Programs): Promise<LabProcess> {
  const process = await machine.spawn(...asContestant(floor, FLOOR, `${PORT}`));
  await process.waitForLog(/Ready/);
  await machine.ip(`link set ${FLOOR} up mtu 1280`);
  // With a next hop, as our relay: else the kernel has a neighbour for each client.
  await machine.ip(`-6 route add 2001::/32 via fe80::1 dev ${FLOOR}`);
  return process;
}

/** Before the packets of the floor the kernel has the same rules as before those of a gateway. */
async function startTranslatedFloor(machine: Machine, programs: Programs): Promise<LabProcess> {
  const translation = await machine.spawn(...denoRun(TRANSLATION), FLOOR);
  await translation.waitForLog(/Translating/);
  return await startFloor(machine, programs);
}

/** The clients have native IPv6, and the kernel forwards it from cable to cable. */
async function routeWithoutTunnel(machine: Machine): Promise<undefined> {
  await machine.ip(`-6 route add 2001::/32 via ${ROUTERS.ipv6} dev ${UPLINK}`);
  await machine.ip(
    `neigh replace ${ROUTERS.ipv6} lladdr ${ELSEWHERE} nud permanent dev ${UPLINK}`,
  );
}
