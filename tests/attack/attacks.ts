/**
 * Attacks, each with the honest ones that have to get through it.
 *
 * @module
 */

import { memory, processorSeconds } from "../../bench/miredo/process_usage.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { endpoint, parseEndpoint } from "../../wire/endpoint.ts";
import { ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { formatIpv6, parseIpv6 } from "../../wire/ipv6_address.ts";
import { denoRun } from "../netns/deno_run.ts";
import type { Machine } from "../netns/machine.ts";
import { ADDRESS } from "../netns/plan.ts";
import { type Arena, HONEST, NATIVE_HOSTS } from "./arena.ts";
import type { Programs, Role } from "./contestants.ts";
import type { DistantHosts } from "./distant_hosts.ts";
import { type FloodGenerator, type FloodPlan, URGENTLY } from "./flood.ts";
import { addressOfClient, type Clients } from "./honest_clients.ts";
import { PATIENCE as PEER_SECONDS, type Peers, SPACING as PEER_SPACING } from "./honest_peers.ts";
import type { Outcome, Qualifications } from "./honest_qualifications.ts";
import {
  bubblesThroughServer,
  dataFromMadeUpPeers,
  packetsToMadeUpClients,
  packetsToOtherFlags,
} from "./peer_floods.ts";
import { SERVER_FLOODS, type ServerFlood, type Surroundings } from "./server_floods.ts";
import { pause } from "../pause.ts";

/** An attack, and what honest ones do meanwhile. */
export interface Attack {
  /** The programs that it needs. */
  readonly roles: readonly Role[];
  /** The one that gets most of the flood. */
  readonly victim: Role;
  /** How long the flood lasts at most, in seconds. */
  readonly seconds: number;
  plan(programs: Programs): FloodPlan;
  /** Returns how many honest ones were served, of how many. */
  honest(arena: Arena, programs: Programs): Promise<readonly [served: number, honest: number]>;
}

/** What became of an attack. */
export interface Result {
  /** Honest ones that were served, and all of them. */
  readonly served: number;
  readonly honest: number;
  /** Hostile packets per second, as sent. */
  readonly rate: number;
  /** The part of a processor that the program under attack used. */
  readonly processors: number;
  /** Resident memory of the program before, at the end of the flood and a little later, in MB. */
  readonly memory: readonly [before: number, during: number, after: number];
}

/** How to carry out an attack. */
interface Setting {
  readonly arena: Arena;
  readonly generator: FloodGenerator;
  readonly programs: Programs;
  /** Hostile packets per second. */
  readonly rate: number;
}

const SERVER = parseIpv4(ADDRESS.serverPrimary)!;
const SERVER_SOCKET = endpoint(SERVER, TEREDO_PORT);

/** A NAT with honest clients behind it. */
const NAT = "83.4.250.1";

/** The port of honest clients whose ports the attacker knows. */
const KNOWN_PORT = 4096;

/** What attackers of a server know. */
const SURROUNDINGS: Omit<Surroundings, "others"> = {
  server: SERVER_SOCKET,
  nat: parseIpv4(NAT)!,
  client: parseEndpoint("83.4.251.1:4096")!,
  native: parseIpv6(ADDRESS.native)!,
};

/** Milliseconds that a flood has before the honest ones begin. */
const LEAD = 300;

/** The programs that honest ones run. */
export const HONEST_PROGRAMS = [
  "distant_hosts",
  "honest_clients",
  "honest_peers",
  "honest_qualifications",
].map((name) => `tests/attack/${name}.ts`);

/** Clients that qualify while a server is flooded: 200 a second. */
export function qualifications(
  flood: ServerFlood,
  clients: number,
  from: "everywhere" | "one NAT" | "known ports" = "everywhere",
): Attack {
  const rate = 200;
  const addresses = from === "one NAT" ? 1 : 60_000;
  const port = from === "known ports" ? KNOWN_PORT : 0;
  const place = { from: from === "one NAT" ? NAT : HONEST, addresses, port };
  const others = Array.from({ length: clients }, (_, i) => {
    return endpoint(ipv4Address(parseIpv4(HONEST)! + i), KNOWN_PORT);
  });
  const honest: Qualifications = { server: ADDRESS.serverPrimary, ...place, clients, rate };
  return {
    roles: ["server"],
    victim: "server",
    seconds: clients / rate + 2,
    plan: () => SERVER_FLOODS[flood]({ ...SURROUNDINGS, others }),
    honest: async (arena, programs) => {
      const outcome: Outcome = await runHonest(arena.honest, "qualifications", honest, programs);
      return [outcome.answered, outcome.asked];
    },
  };
}

/** New peers that want to meet a client, while bubbles to it come through its server. */
export function newPeers(peers: number): Attack {
  return {
    roles: ["server", "client"],
    victim: "server",
    seconds: peers * PEER_SPACING / 1000 + PEER_SECONDS,
    plan: ({ client }) => bubblesThroughServer(parseIpv6(client!.address)!, SERVER_SOCKET),
    honest: async (arena, programs) => {
      const { serverPrimary: server } = ADDRESS;
      const honest: Peers = { server, client: programs.client!.address, from: HONEST, peers };
      return [await runHonest(arena.honest, "peers", honest, programs), peers];
    },
  };
}

/** Where the native hosts are that a client reaches, so that it has to remember them meanwhile. */
const FAR: DistantHosts = { tun: "far", delay: 40 };

/** Native hosts that a client reaches for the first time, while it gets data of made-up peers. */
export function newNativeHosts(hosts: number): Attack {
  const destinations = Array.from({ length: hosts }, (_, i) => {
    return `${NATIVE_HOSTS}${(nextHost + i).toString(16)}`;
  });
  nextHost += hosts;
  return {
    roles: ["server", "relay", "client"],
    victim: "client",
    seconds: pingSeconds(hosts),
    plan: ({ client }) => dataFromMadeUpPeers(parseIpv6(client!.address)!, SERVER),
    honest: async (arena, programs) => {
      await using hosting = await arena.native.spawn(
        ...prefixOf(programs),
        ...denoRun("tests/attack/distant_hosts.ts"),
        JSON.stringify(FAR),
      );
      await hosting.waitForLog(/^ready$/);
      await arena.native.ip(`link set ${FAR.tun} up`);
      await arena.native.ip(`-6 route add ${NATIVE_HOSTS}/64 dev ${FAR.tun}`);
      return [await pingEach(arena.client, destinations, programs), hosts];
    },
  };
}

/** Each attack has its own hosts, or they would not be new. */
let nextHost = 1;

/** Who sends what, and the first of the clients that a native host reaches meanwhile. */
const RELAY_FLOODS = {
  "one site": "83.4.100.1",
  "many sites": "83.4.101.1",
  "the native host's own site": "83.4.102.1",
  "one site, to other flags": "83.4.103.1",
} as const;

/** A native host that reaches clients, while others send to clients that do not exist. */
export function newClients(from: keyof typeof RELAY_FLOODS, count: number): Attack {
  const first = RELAY_FLOODS[from];
  const clients: Clients = { server: ADDRESS.serverPrimary, from: first, clients: count };
  const addresses = Array.from({ length: count }, (_, i) => addressOfClient(clients, i));
  const destinations = addresses.map((address) => formatIpv6(address));
  const plan = () => {
    const site = parseIpv6(from === "the native host's own site" ? ADDRESS.native : "2a01:5::1")!;
    if (from === "one site, to other flags") return packetsToOtherFlags(addresses, site);
    return packetsToMadeUpClients(SERVER, site, from === "many sites" ? from : "one site");
  };
  return {
    roles: ["server", "relay"],
    victim: "relay",
    seconds: pingSeconds(count),
    plan,
    honest: async (arena, programs) => {
      await using honest = await arena.honest.spawn(
        ...prefixOf(programs),
        ...denoRun("tests/attack/honest_clients.ts"),
        JSON.stringify(clients),
      );
      await honest.waitForLog(/^ready$/);
      return [await pingEach(arena.native, destinations, programs), count];
    },
  };
}

/** Carries out an attack, and waits for the honest ones. */
export async function carryOut(
  attack: Attack,
  { arena, generator, programs, rate }: Setting,
): Promise<Result> {
  const { pid } = attack.victim === "client" ? programs.client!.process : programs[attack.victim]!;
  await pause(LEAD);
  const before = memory(pid).resident;
  const flood = await generator.start(
    arena.attacker,
    attack.plan(programs),
    rate,
    attack.seconds,
    programs.isUrgent,
  );
  await pause(LEAD);
  const [cpu, begun] = [processorSeconds(pid), performance.now()];
  const [served, honest] = await attack.honest(arena, programs);
  const processors = (processorSeconds(pid) - cpu) * 1000 / (performance.now() - begun);
  const during = memory(pid).resident;
  const { sent, seconds } = await flood.stop();
  await pause(LEAD);
  return {
    ...{ served, honest, rate: sent / seconds, processors },
    memory: [before, during, memory(pid).resident],
  };
}

async function runHonest(
  machine: Machine,
  program: string,
  what: unknown,
  programs: Programs,
  // deno-lint-ignore no-explicit-any -- what an honest program says is of its own kind
): Promise<any> {
  const command = [...prefixOf(programs), ...denoRun(`tests/attack/honest_${program}.ts`)];
  return JSON.parse(await machine.run(...command, JSON.stringify(what)));
}

/** Seconds that a new destination has to answer, and from one to the next. */
const PING_SECONDS = 4;
const PING_SPACING = 0.1;

function pingSeconds(count: number): number {
  return PING_SECONDS + count * PING_SPACING;
}

/** Sends up to three echo requests to each of some new destinations; returns how many answered. */
async function pingEach(
  machine: Machine,
  destinations: readonly string[],
  programs: Programs,
): Promise<number> {
  const script = `try() { ping -6 -n -q -c 1 -W 1 "$1" >/dev/null 2>&1 && echo "$1"; }
  for host in "$@"; do
    { try "$host" || try "$host" || try "$host"; } & sleep ${PING_SPACING}
  done; wait`;
  const answered = await machine.run(
    ...[...prefixOf(programs), "sh", "-c", script, "sh"],
    ...destinations,
  );
  return answered.split("\n").filter((line) => line !== "").length;
}

function prefixOf({ isUrgent }: Programs): readonly string[] {
  return isUrgent ? URGENTLY : [];
}
