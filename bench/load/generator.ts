/**
 * Runs the load generator.
 *
 * @module
 */

import { ADDRESS } from "../../tests/netns/plan.ts";
import type { Arena } from "./arena.ts";
import { MAC, PORT, WORLD } from "./load_lab.ts";

/** Which way packets go: from clients to native hosts, back, or both at once. */
export type Direction = "up" | "down" | "both";

/** A load. */
export interface Load {
  readonly direction: Direction;
  readonly clients: number;
  /** Flows of each client; 4 unless given. */
  readonly flows?: number | undefined;
  /** Lengths of the IPv6 packets in turn, octets. */
  readonly sizes: readonly number[];
  /** Packets per second in each direction; as many as possible unless given. */
  readonly rate?: number | undefined;
  readonly seconds: number;
}

/** What became of it. */
export interface Outcome {
  /** Packets that were sent, and that arrived. */
  readonly sent: number;
  readonly arrived: number;
  /** Packets per second that arrived while others were being sent. */
  readonly rate: number;
  /** Processor time of the contestant for a packet that arrived, µs. */
  readonly cpu: number;
  /** From sending a packet to its arrival, µs: the median and what 1 % and 0.1 % exceed. */
  readonly latency: Latency;
  /** Packets among those looked at that arrived with wrong content. */
  readonly wrong: number;
}

/** Shares of the packets, µs. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** What the program prints. Times are in µs, `seconds` apart. */
interface Printed extends Latency {
  readonly sent: number;
  readonly received: number;
  readonly within: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly wrong: number;
}

/** How long a contestant warms up before each measurement, in seconds. */
const WARM_UP = 0.3;

/**
 * Loads an arena. Nothing else happens meanwhile.
 *
 * @throws {Error} the flows of the clients cannot be opened
 */
export async function runLoad(arena: Arena, load: Load): Promise<Outcome> {
  const { lab, contestant, programs, processes } = arena;
  const options = {
    device4: WORLD.ipv4,
    device6: WORLD.ipv6,
    mac4: MAC.ipv4,
    mac6: MAC.ipv6,
    relay: ADDRESS.relay,
    port: PORT,
    server: ADDRESS.serverPrimary,
    first: contestant.clientsFirst ? "up" : "down",
    pids: processes().join(),
    direction: load.direction,
    clients: load.clients,
    flows: load.flows ?? 4,
    sizes: load.sizes.join(),
    rate: load.rate ?? 0,
    warm: WARM_UP,
    seconds: load.seconds,
  };
  const args = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  const text = await lab.world.run("taskset", "-c", "0", programs.generator, ...args);
  const { sent, received, within, seconds, cpu, wrong, ...latency } = JSON.parse(text) as Printed;
  const { p50, p99, p999 } = latency;
  return {
    sent,
    arrived: received,
    rate: within / seconds,
    cpu: cpu / within,
    latency: { p50, p99, p999 },
    wrong,
  };
}
