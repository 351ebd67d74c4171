/**
 * The measurements that take turns: each is made once in every arena, again and again.
 *
 * @module
 */

import { denoRun } from "../../tests/netns/deno_run.ts";
import type { Machine } from "../../tests/netns/machine.ts";
import { ADDRESS } from "../../tests/netns/plan.ts";
import { median } from "../median.ts";
import type { LoadResult } from "../virtual_clients.ts";
import { type Arena, START } from "./contestant.ts";
import { openFloor } from "./floor.ts";
import { DATAGRAM, type Stream, tcp, udp } from "./iperf.ts";
import { family, memory, processorSeconds } from "./process_usage.ts";
import type { Results } from "./results.ts";
import type { Column } from "./rows.ts";
import type { ServerLoad } from "./server_load.ts";
import { pause } from "../../tests/pause.ts";

/** A measurement: adds to the results what it finds in an arena. */
type Measurement = (arena: Arena, results: Results, seconds: number) => Promise<void>;

/** Echo requests: at idle so many that a hiccup is nothing. */
const IDLE = { count: 50, interval: 0.1 };
const FIRST = { count: 30, interval: 0.1 };
const LOADED = { count: 30, interval: 0.05 };

/** A network of which the lab knows nothing: every address in it is a client of the server. */
const CLIENTS = "83.4.0.0";

/** How many of them ask at a time, where few do. */
const FEW = 8;

/**
 * Where many do. More would not fit into the smallest receive buffer, Linux's default, and a
 * server that drops some would be measured by how long clients wait before they ask again.
 */
const MANY = 128;

/** The sizes of datagrams in octets, as rows name them. */
const UDP_SIZES = [["64", 64], ["200", 200], ["", DATAGRAM]] as const;

/** Rows for datagrams; each has another one for those that were read. */
type DatagramRow = "udpAcross" | `udp${typeof UDP_SIZES[number][0]}${"Up" | "Down"}`;

/** The two ends of the traffic. */
type Way = Omit<Stream, "seconds">;

/** All of them, by the names that `--only` takes. */
export const MEASUREMENTS = {
  tcp: measureTcp,
  udp: measureUdp,
  ping: measurePing,
  load: measurePingUnderLoad,
  start: measureStart,
  fresh: measureFreshPing,
  server: measureServer,
  memory: measureMemory,
} as const satisfies Record<string, Measurement>;

/** The ways that traffic takes, and whose programs carry it. */
function courses({ lab, a, b, relay }: Arena) {
  const { A, B } = lab.sites;
  const [clientA, clientB, { native }] = [A.client, B.client, lab];
  const withRelay = [a.process.pid, relay.pid];
  return {
    Up: { from: clientA, to: native, address: ADDRESS.native, pids: withRelay },
    Down: { from: native, to: clientA, address: a.address, pids: withRelay },
    Across: {
      ...{ from: clientA, to: clientB, address: b.address },
      pids: [a.process.pid, b.process.pid],
    },
  } as const;
}

type Course = keyof ReturnType<typeof courses>;

async function measureTcp(arena: Arena, results: Results, seconds: number): Promise<void> {
  for (const [course, way] of Object.entries(courses(arena))) {
    await measureFlow(course as Course, { ...way, seconds }, arena.contestant, results);
  }
  if (arena.contestant !== "ours") return;
  await measureBare(arena, results, seconds);
  await measureFloor(arena, results, seconds);
}

/** One connection, and what the processes that carry it need for it. */
async function measureFlow(
  course: Course,
  { pids, ...stream }: Stream & { readonly pids: readonly number[] },
  column: Column,
  results: Results,
): Promise<void> {
  const before = processorSeconds(...pids);
  const received = await tcp(stream);
  const used = processorSeconds(...pids) - before;
  const gigabits = received.octets * 8 / 1e9;
  results.add(`tcp${course}`, column, gigabits / received.seconds);
  results.add(`cpu${course}`, column, used / gigabits);
}

/** A program that only moves packets, in place of client and relay. */
async function measureFloor(arena: Arena, results: Results, seconds: number): Promise<void> {
  const { lab: { native } } = arena;
  await using floor = await openFloor(arena);
  const { client, address, pids } = floor;
  const up = { from: client, to: native, address: ADDRESS.native };
  const down = { from: native, to: client, address };
  await measureFlow("Up", { ...up, pids, seconds }, "floor", results);
  await measureFlow("Down", { ...down, pids, seconds }, "floor", results);
}

/** From a client through its NAT to the relay's machine, over IPv4 and without any tunnel. */
async function measureBare({ lab }: Arena, results: Results, seconds: number): Promise<void> {
  const way = { from: lab.sites.A.client, to: lab.relay, address: ADDRESS.relay, seconds };
  const up = await tcp(way);
  const down = await tcp({ ...way, isReversed: true });
  results.add("tcpUp", "bare", up.octets * 8 / 1e9 / up.seconds);
  results.add("tcpDown", "bare", down.octets * 8 / 1e9 / down.seconds);
}

async function measureUdp(arena: Arena, results: Results, seconds: number): Promise<void> {
  const { Up, Down, Across } = courses(arena);
  const { contestant, lab } = arena;
  // Without a tunnel, a NAT lets them out only: what the sender and the receiver can do at most.
  const Bare = { from: lab.sites.A.client, to: lab.relay, address: ADDRESS.relay };
  const measure = async (row: DatagramRow, column: Column, way: Way, length: number) => {
    const { arrived, read, seconds: took } = await udp({ ...way, seconds }, length);
    results.add(row, column, arrived / took / 1000);
    results.add(`${row}Read`, column, read / took / 1000);
  };
  await measure("udpAcross", contestant, Across, DATAGRAM);
  for (const [size, length] of UDP_SIZES) {
    await measure(`udp${size}Up`, contestant, Up, length);
    await measure(`udp${size}Down`, contestant, Down, length);
    if (contestant === "ours") await measure(`udp${size}Up`, "bare", Bare, length);
  }
}

async function measurePing(arena: Arena, results: Results): Promise<void> {
  const { A } = arena.lab.sites;
  results.add("pingNative", arena.contestant, await pinged(A.client, ADDRESS.native, IDLE));
  results.add("pingAcross", arena.contestant, await pinged(A.client, arena.b.address, IDLE));
}

async function measurePingUnderLoad(arena: Arena, results: Results): Promise<void> {
  const { Up } = courses(arena);
  const traffic = tcp({ ...Up, seconds: LOADED.count * LOADED.interval + 1 });
  // The beginning is not the load that is meant.
  await pause(500);
  const time = await pinged(Up.from, Up.address, LOADED);
  await traffic;
  results.add("pingLoaded", arena.contestant, time);
}

/** The median of the times of some echo requests, in milliseconds. */
async function pinged(
  from: Machine,
  address: string,
  options: { count: number; interval: number },
): Promise<number> {
  const { replies, text } = await from.ping(address, options);
  if (replies.length < options.count / 2) throw new Error(`Most echo requests got lost: ${text}`);
  return median(replies.map(({ roundTrip }) => roundTrip));
}

/** Until the kernel has a default route, which both programs set last. */
async function measureStart(arena: Arena, results: Results): Promise<void> {
  const machine = arena.lab.sites.C.client;
  await using monitor = await machine.spawn("ip", "-6", "monitor", "route");
  const begun = performance.now();
  const starting = START[arena.contestant].client(machine);
  await monitor.waitForLog(/^default dev /);
  results.add("start", arena.contestant, performance.now() - begun);
  const { process } = await starting;
  await process.end("SIGTERM");
}

/** The first echo requests of a client that has just started: V8 has compiled nothing for them yet. */
async function measureFreshPing({ contestant, lab }: Arena, results: Results): Promise<void> {
  const machine = lab.sites.C.client;
  const { process } = await START[contestant].client(machine);
  const { replies, text } = await machine.ping(ADDRESS.native, FIRST);
  await process.end("SIGTERM");
  if (replies.length < FIRST.count - 1) throw new Error(`Echo requests got lost: ${text}`);
  const times = replies.map(({ roundTrip }) => roundTrip);
  results.add("pingFirst", contestant, times[0]!);
  results.add("pingEarly", contestant, median(times.slice(1, 10)));
  results.add("pingLater", contestant, median(times.slice(10)));
}

/**
 * From the relay's machine, which stands for as many clients as there are. Server and clients have
 * a processor each, whatever the number of their threads: else they would be measured by how they
 * share what is there.
 */
async function measureServer(arena: Arena, results: Results, seconds: number): Promise<void> {
  const { lab: { relay, server }, server: { pid } } = arena;
  await relay.ip(`route replace local ${CLIENTS}/16 dev lo`);
  await server.ip(`route replace ${CLIENTS}/16 via ${ADDRESS.relay}`);
  await pin(pid, "1");
  const { serverPrimary: primary, serverSecondary: secondary } = ADDRESS;
  const measured = async (clients: number): Promise<LoadResult> => {
    const load: ServerLoad = { primary, secondary, from: CLIENTS, clients, seconds, pid };
    const program = [...denoRun("bench/miredo/server_load.ts"), JSON.stringify(load)];
    return JSON.parse(await relay.run("taskset", "--cpu-list", "0", ...program));
  };
  for (const [row, clients] of [["serverOne", 1], ["serverFew", FEW]] as const) {
    const { qualificationsPerSecond } = await measured(clients);
    results.add(row, arena.contestant, qualificationsPerSecond / 1000);
  }
  const found = await measured(MANY);
  results.add("serverRate", arena.contestant, found.qualificationsPerSecond / 1000);
  results.add("serverCpu", arena.contestant, found.cpuPerQualification);
  await steer(relay, "1");
  await steer(server, "2");
  const steered = await measured(MANY);
  results.add("serverSteered", arena.contestant, steered.qualificationsPerSecond / 1000);
  await steer(relay, "0");
  await steer(server, "0");
  await pin(pid, `0-${navigator.hardwareConcurrency - 1}`);
}

/**
 * Makes the processors of a mask receive what comes to a machine, as if the machine had its own.
 * With a mask of 0, the default, the sender's processor does the receiver's work too.
 */
async function steer(machine: Machine, mask: string): Promise<void> {
  const each = `for file in /mnt/class/net/*/queues/rx-*/rps_cpus; do echo ${mask} > "$file"; done`;
  await machine.run("unshare", "--mount", "sh", "-ec", `mount -t sysfs sysfs /mnt; ${each}`);
}

/** Keeps a process and all that it has started on some processors. */
export async function pin(pid: number, processors: string): Promise<void> {
  for (const member of family(pid)) {
    const args = ["--all-tasks", "--cpu-list", "--pid", processors, String(member)];
    const { success, stderr } = await new Deno.Command("taskset", { args }).output();
    if (!success) throw new Error(`Cannot pin a process: ${new TextDecoder().decode(stderr)}`);
  }
}

function measureMemory(arena: Arena, results: Results): Promise<void> {
  const add = (row: "memoryClient" | "memoryRelay" | "memoryServer", { pid }: { pid: number }) =>
    results.add(row, arena.contestant, memory(pid).proportional);
  add("memoryClient", arena.a.process);
  add("memoryRelay", arena.relay);
  add("memoryServer", arena.server);
  return Promise.resolve();
}
