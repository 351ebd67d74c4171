/**
 * Sends datagrams from one socket in the lab, and says what comes back:
 *
 *     deno run -A udp_probe.ts '{"port":4096,"to":"83.1.1.1:3544","payloads":["6000…"],"wait":500}'
 *
 * Each answer is a line, `83.1.1.1:3544 0001…`.
 *
 * @module
 */

import { addressOf, formatEndpoint, parseEndpoint, portOf } from "../../wire/endpoint.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { at } from "../vectors/vectors.ts";
import { denoRun } from "../netns/deno_run.ts";
import type { Machine } from "../netns/machine.ts";
import { pause } from "../pause.ts";

/** What the program is told, as JSON in its one argument. */
interface ProbeOptions {
  /** The port to send from. */
  readonly port: number;
  readonly to: string;
  /** In hexadecimal digits, sent one after the other. */
  readonly payloads: readonly string[];
  /** How long answers are waited for, in milliseconds. */
  readonly wait: number;
}

/** What came back. */
interface ProbeAnswer {
  readonly from: string;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Runs the program on a machine of the lab. */
export async function probe(
  machine: Machine,
  to: string,
  payloads: readonly Uint8Array[],
  { port = 4096, wait = 500 } = {},
): Promise<ProbeAnswer[]> {
  const options: ProbeOptions = { port, to, payloads: payloads.map((it) => it.toHex()), wait };
  const command = denoRun("tests/miredo/udp_probe.ts");
  const output = await machine.run(...command, JSON.stringify(options));
  return output.split("\n").filter((line) => line !== "").map((line) => {
    const [from, digits] = line.split(" ");
    return { from: from!, payload: Uint8Array.fromHex(digits!) };
  });
}

async function main({ port, to, payloads, wait }: ProbeOptions): Promise<void> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port });
  const target = at(to);
  const remote: Deno.NetAddr = {
    transport: "udp",
    hostname: formatIpv4(addressOf(target)),
    port: portOf(target),
  };
  for (const [i, payload] of payloads.entries()) {
    await socket.send(Uint8Array.fromHex(payload), remote);
    // Lest the buffer of the receiver's socket be what limits it.
    if (i % 10 === 9) await pause(10);
  }
  setTimeout(() => socket.close(), wait);
  const encoder = new TextEncoder();
  for await (const [bytes, from] of socket) {
    const { hostname, port } = from as Deno.NetAddr;
    const source = formatEndpoint(parseEndpoint(`${hostname}:${port}`)!);
    await Deno.stdout.write(encoder.encode(`${source} ${bytes.toHex()}\n`));
  }
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));
