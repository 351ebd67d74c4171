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
 * Octets of the datagrams: what a packet of 1,248 has room for. Teredo's MTU of 1280 leaves a
 * little.
 */
export const DATAGRAM = 1200;

/** Each receiver has its own port, because the previous one may still be in use. */
let port = 5201;

/** One TCP connection at full speed. */
export async function tcp(stream: Stream): Promise<Received> {
  const { sum_received: { bytes, seconds } } =
    (await run(stream, ...stream.isReversed ? ["-R"] : [])).end;
  return { octets: bytes, seconds };
}

/** Datagrams as fast as the sender can. */
export async function udp(stream: Stream, length = DATAGRAM): Promise<Received> {
  const { end } = await run(stream, "-u", "-b", "0", "-l", String(length));
  const { packets, lost_packets: lost, seconds } = end.sum;
  return { octets: (packets - lost) * length, seconds };
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

async function run({ from, to, address, seconds }: Stream, ...options: string[]): Promise<Report> {
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
