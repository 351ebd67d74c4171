/**
 * Traffic by `iperf3`.
 *
 * @module
 */

import type { Machine } from "../../tests/netns/machine.ts";

/** What traffic to send. */
export interface Stream {
  readonly from: Machine;
  readonly to: Machine;
  /** The receiver's address. */
  readonly address: string;
  readonly seconds: number;
  /** Whether the data flow from `to` to `from`, as where only `from` can open a connection. */
  readonly isReversed?: boolean;
}

/** What arrived. */
interface Received {
  /** Octets of data. */
  readonly octets: number;
  /** Seconds that it took. */
  readonly seconds: number;
}

/**
 * What arrived of datagrams. `iperf3` reads each by itself and can't keep up with all that come out
 * of a fast tunnel: the rest finds no room in its buffer.
 */
interface ReceivedDatagrams {
  /** Those that came to the receiver's socket. */
  readonly arrived: number;
  /** Those that `iperf3` read. */
  readonly read: number;
  /** Seconds that it took. */
  readonly seconds: number;
}

/**
 * Octets of the datagrams: what a packet of 1,248 has room for. Teredo's MTU of 1280 leaves a
 * little.
 */
export const DATAGRAM = 1200;

/** Each receiver has its own port, because the previous one may still be in use. */
let port = 5201;

/** One TCP connection at full speed. */
export async function tcp(stream: Stream): Promise<Received> {
  const { sum_received: { bytes, seconds } } = (await run(stream)).end;
  return { octets: bytes, seconds };
}

/** Datagrams as fast as the sender can. */
export async function udp(stream: Stream, length: number): Promise<ReceivedDatagrams> {
  const version = stream.address.includes(":") ? 6 : 4;
  const receiver = stream.isReversed ? stream.from : stream.to;
  const before = await receiver.datagramsArrived(version);
  const { end } = await run(stream, "-u", "-b", "0", "-l", String(length));
  const arrived = await receiver.datagramsArrived(version) - before;
  const { packets, lost_packets: lost, seconds } = end.sum;
  return { arrived, read: packets - lost, seconds };
}

/** What we read of the report. */
interface Report {
  readonly error?: string;
  readonly end: {
    readonly "sum_received": { readonly bytes: number; readonly seconds: number };
    readonly sum: {
      readonly packets: number;
      readonly "lost_packets": number;
      readonly seconds: number;
    };
  };
}

async function run(stream: Stream, ...options: string[]): Promise<Report> {
  const { from, to, address, seconds, isReversed } = stream;
  if (isReversed) options.push("-R");
  const at = String(port++);
  await using server = await to.spawn("iperf3", "-s", "-1", "-p", at, "--forceflush");
  await server.waitForLog(/Server listening/);
  const command = ["iperf3", "-J", "-c", address, "-p", at, "-t", String(seconds), ...options];
  const { stdout, stderr } = await from.try("timeout", String(seconds + 20), ...command);
  if (stdout === "") throw new Error(`iperf3 from ${from.name} to ${address} fails: ${stderr}`);
  const report: Report = JSON.parse(stdout);
  if (report.error !== undefined) {
    throw new Error(`iperf3 from ${from.name} to ${address}: ${report.error}`);
  }
  return report;
}
