/**
 * Runs the load generator.
 *
 * @module
 */

import { ADDRESS } from "../../tests/netns/plan.ts";
import type { Arena } from "./arena.ts";
import { MAC, PORT, WORLD } from "./load_lab.ts";
import { asGenerator } from "./processors.ts";

/** Which way packets go: from clients to native hosts, back, or both at once. */
export type Direction = "up" | "down" | "both";

/** Clients. */
export interface Crowd {
  readonly clients: number;
  /** The number of the first one, 0 unless given: others are others' packets. */
  readonly from?: number | undefined;
  /** Flows of each client; 4 unless given. */
  readonly flows?: number | undefined;
  /** Whether packets of a flow may be joined, which calls and games don't allow; no unless given, and then they grow by up to 15 octets. */
  readonly isJoinable?: boolean | undefined;
}

/** A load of packets. */
export interface Load extends Crowd {
  readonly direction: Direction;
  /** Lengths of the IPv6 packets in turn, octets. */
  readonly sizes: readonly number[];
  /** Packets per second in each direction; as many as possible unless given. */
  readonly rate?: number | undefined;
  readonly seconds: number;
}

/** What became of it. */
interface Outcome {
  /** Processor time of the contestant for a packet that arrived, µs. */
  readonly cpu: number;
  /** Packets that were sent, and that arrived. */
  readonly sent: number;
  readonly arrived: number;
  /** Packets that were due and not sent, because another program had the generator's processor. */
  readonly skipped: number;
  /** Packets per second that arrived while others were being sent, and that were sent. */
  readonly rate: number;
  readonly offered: number;
  /** From when a packet was due until its arrival, µs. */
  readonly latency: Shares;
  /** What 1 % of the packets were sent late by, µs. */
  readonly delay: number;
  /** Packets among those looked at that arrived with wrong content. */
  readonly wrong: number;
}

/** A load of short connections. */
interface Connections extends Crowd {
  /** If up, clients open them, otherwise native hosts. */
  readonly direction: "up" | "down";
  /** How many are under way at a time: a power of two. */
  readonly atOnce: number;
  readonly seconds: number;
}

/** What became of them. */
interface ConnectionsOutcome {
  /** Processor time of the contestant for each, µs. */
  readonly cpu: number;
  /** Connections per second that ended well. */
  readonly rate: number;
  /** Those that did not, in 200 ms. */
  readonly failed: number;
  /** From the first segment to the last, µs. */
  readonly duration: Shares;
}

/** The median, and what 1 % and 0.1 % exceed. */
export interface Shares {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** What the program prints of each measurement. Times are in µs, `seconds` and `opening` apart. */
interface Printed extends Shares {
  readonly opening: number;
  readonly openingCpu: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly wrong: number;
}

/** What it prints of packets. */
interface PrintedPackets extends Printed {
  readonly sent: number;
  readonly skipped: number;
  readonly received: number;
  readonly within: number;
  readonly delay: number;
}

/** What it prints of connections. */
interface PrintedConnections extends Printed {
  readonly completed: number;
  readonly failed: number;
}

/**
 * How long packets flow before each measurement, in seconds. All flows are open by then: the clock
 * runs neither for new clients nor for new connections in the kernel's table.
 */
const WARM_UP = 0.1;

/** One packet in so many tells its latency: rarely, where only the rate counts. */
const PROBE = { flood: 64, steady: 8 } as const;

/**
 * Loads an arena. Nothing else happens meanwhile.
 *
 * @throws {Error} the flows of the clients cannot be opened
 */
export async function runLoad(arena: Arena, load: Load): Promise<Outcome> {
  const printed = await run<PrintedPackets>(arena, load, {
    direction: load.direction,
    sizes: load.sizes.join(),
    rate: load.rate ?? 0,
    probe: load.rate === undefined ? PROBE.flood : PROBE.steady,
    seconds: load.seconds,
  });
  const { sent, skipped, received, within, seconds, delay, wrong } = printed;
  return {
    ...{ sent, skipped, arrived: received, delay, wrong },
    rate: within / seconds,
    offered: sent / seconds,
    cpu: printed.cpu / within,
    latency: shares(printed),
  };
}

/** Loads an arena with short connections. The same holds. */
export async function runConnections(
  arena: Arena,
  load: Connections,
): Promise<ConnectionsOutcome> {
  const printed = await run<PrintedConnections>(arena, { flows: 1, ...load }, {
    direction: load.direction,
    connections: load.atOnce,
    seconds: load.seconds,
  });
  const { completed, failed, seconds, cpu } = printed;
  return {
    rate: completed / seconds,
    failed,
    cpu: cpu / completed,
    duration: shares(printed),
  };
}

/**
 * Sends the first packet of clients that nobody knows yet. The same holds.
 *
 * @returns clients per second, and processor time for each, µs
 */
export async function runNewcomers(
  arena: Arena,
  crowd: Crowd,
): Promise<{ readonly rate: number; readonly cpu: number }> {
  const { opening, openingCpu } = await run<Printed>(arena, { flows: 1, ...crowd }, { seconds: 0 });
  return { rate: crowd.clients / opening, cpu: openingCpu / crowd.clients };
}

async function run<Result extends Printed>(
  { lab, contestant, programs, processes }: Arena,
  { clients, from = 0, flows = 4, isJoinable = false }: Crowd,
  others: Readonly<Record<string, string | number>>,
): Promise<Result> {
  const options = {
    device4: WORLD.ipv4,
    device6: WORLD.ipv6,
    mac4: MAC.ipv4,
    mac6: MAC.ipv6,
    relay: ADDRESS.relay,
    port: PORT,
    server: ADDRESS.serverPrimary,
    first: contestant.clientsFirst ? "up" : "down",
    bare: Number(contestant.isBare),
    pids: processes().join(),
    ...{ clients, from, flows, joinable: Number(isJoinable), warm: WARM_UP, ...others },
  };
  const args = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return JSON.parse(await lab.world.run(...asGenerator(programs.generator, ...args)));
}

function shares({ p50, p99, p999 }: Shares): Shares {
  return { p50, p99, p999 };
}
