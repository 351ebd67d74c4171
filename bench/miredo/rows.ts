/**
 * What is measured: the rows of the table, with what is demanded of each.
 *
 * @module
 */

import type { Contestant } from "./contestant.ts";

/** What a figure belongs to: a contestant, the bare path without a tunnel, or a tunnel's floor. */
export type Column = Contestant | "bare" | "floor";

/** A demand on the ratio of two columns, pair by pair. */
export interface Target {
  readonly of: Column;
  readonly to: Column;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A figure that is measured again and again. */
export interface Row {
  readonly title: string;
  readonly unit: string;
  /** Digits behind the point. */
  readonly digits: number;
  readonly targets: readonly Target[];
}

const TEN_TIMES: Target = { of: "ours", to: "miredo", atLeast: 10 };
const FLOOR: Target = { of: "ours", to: "floor", atLeast: 0.6 };
const QUARTER: Target = { of: "ours", to: "bare", atLeast: 0.25 };
const DENO: Target = { of: "deno", to: "miredo", atLeast: 0.7 };
const THRICE: Target = { of: "ours", to: "miredo", atLeast: 3 };
const FOUR_TIMES: Target = { of: "ours", to: "miredo", atLeast: 4 };
const CHEAP: Target = { of: "ours", to: "miredo", atMost: 0.3 };
const EQUAL: Target = { of: "ours", to: "miredo", atMost: 1 };

const SERVER: readonly Target[] = [
  { of: "ours", to: "miredo", atLeast: 1.3 },
  { of: "deno", to: "miredo", atLeast: 0.6 },
];

/** All rows, in the order of the table. */
export const ROWS = {
  tcpUp: row("TCP, client → native", "Gbit/s", 2, TEN_TIMES, FLOOR, QUARTER, DENO),
  tcpDown: row("TCP, native → client", "Gbit/s", 2, TEN_TIMES, FLOOR, QUARTER, DENO),
  tcpAcross: row("TCP, client → client", "Gbit/s", 2, TEN_TIMES, DENO),
  cpuUp: row("CPU for it, client → native", "s/Gbit", 2, CHEAP),
  cpuDown: row("CPU for it, native → client", "s/Gbit", 2, CHEAP),
  cpuAcross: row("CPU for it, client → client", "s/Gbit", 2, CHEAP),
  udp64Up: row("UDP of 64 octets, client → native", "k/s", 1, THRICE),
  udp64UpRead: row("The same, read by iperf3", "k/s", 1),
  udp64Down: row("UDP of 64 octets, native → client", "k/s", 1, THRICE),
  udp64DownRead: row("The same, read by iperf3", "k/s", 1),
  udp200Up: row("UDP of 200 octets, client → native", "k/s", 1, THRICE),
  udp200UpRead: row("The same, read by iperf3", "k/s", 1),
  udp200Down: row("UDP of 200 octets, native → client", "k/s", 1, THRICE),
  udp200DownRead: row("The same, read by iperf3", "k/s", 1),
  udpUp: row("UDP of 1200 octets, client → native", "k/s", 1, FOUR_TIMES),
  udpUpRead: row("The same, read by iperf3", "k/s", 1),
  udpDown: row("UDP of 1200 octets, native → client", "k/s", 1, FOUR_TIMES),
  udpDownRead: row("The same, read by iperf3", "k/s", 1),
  udpAcross: row("UDP of 1200 octets, client → client", "k/s", 1, FOUR_TIMES),
  udpAcrossRead: row("The same, read by iperf3", "k/s", 1),
  pingNative: row("Ping at idle, client → native", "ms", 2, EQUAL),
  pingAcross: row("Ping at idle, client → client", "ms", 2, EQUAL),
  pingLoaded: row("Ping beside TCP at full speed", "ms", 2),
  pingFirst: row("First ping of a new client, which has to find the relay", "ms", 2, EQUAL),
  pingEarly: row("Its 2nd to 10th ping, client → native", "ms", 2, EQUAL),
  pingLater: row("Its 11th to 30th ping", "ms", 2, EQUAL),
  start: row("From start to IPv6 that works", "ms", 0, { of: "ours", to: "miredo", atMost: 1 }),
  serverOne: row("Server, qualifications of one client", "k/s", 1, ...SERVER),
  serverFew: row("Server, qualifications of 8 clients", "k/s", 1, ...SERVER),
  serverRate: row("Server, qualifications of 128 clients", "k/s", 1, ...SERVER),
  serverCpu: row("Server, CPU for a qualification", "µs", 2),
  serverSteered: row(
    "Server, qualifications of 128, each host with its own processor",
    "k/s",
    1,
    ...SERVER,
  ),
  memoryClient: row("Memory of the client, Pss", "MB", 1),
  memoryRelay: row("Memory of the relay, Pss", "MB", 1),
  memoryServer: row("Memory of the server, Pss", "MB", 1),
} as const;

/** The name of a row. */
export type RowName = keyof typeof ROWS;

function row(title: string, unit: string, digits: number, ...targets: Target[]): Row {
  return { title, unit, digits, targets };
}
