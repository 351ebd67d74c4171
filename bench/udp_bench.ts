// deno-lint-ignore-file no-console -- a program that people run in a terminal
/**
 * How many datagrams per second one process echoes: `Deno.listenDatagram` against batches.
 *
 *     deno run -A bench/udp_bench.ts
 *
 * The two take turns in the same run, and medians are compared, for absolute figures wander.
 *
 * @module
 */

import { openUdpSocket } from "../ffi/open.ts";
import { Poller } from "../ffi/polling/poller.ts";
import type { UdpSocket } from "../ffi/udp_socket.ts";
import { Counters } from "../io/counters.ts";
import { openDenoUdp } from "../io/udp/deno_udp.ts";
import { type Endpoint, formatEndpoint, parseEndpoint } from "../wire/endpoint.ts";
import { parseIpv4 } from "../wire/ipv4_address.ts";
import { type Exchange, runLoad } from "./closed_loop.ts";
import { median } from "./median.ts";

const LOOPBACK = parseIpv4("127.0.0.1")!;
const TRANSPORTS = ["deno", "batched"] as const;
const ROUNDS = 5;
const LOADS = [
  { length: 100, sockets: 1, outstanding: 1, offload: false },
  { length: 100, sockets: 1, outstanding: 64, offload: true },
  { length: 1280, sockets: 1, outstanding: 64, offload: true },
  { length: 100, sockets: 64, outstanding: 4, offload: false },
  { length: 1280, sockets: 64, outstanding: 4, offload: false },
];

type Transport = typeof TRANSPORTS[number];

/** Sends back what arrives, until the standard input ends. */
async function echo(transport: Transport): Promise<void> {
  const poller = new Poller();
  const stop = new AbortController();
  const socket = open(transport, poller);
  const receiver = {
    datagram: (bytes: Uint8Array, from: Endpoint) => socket.send(from, bytes),
    end: () => socket.flush(),
  };
  const running = [socket.run(receiver, stop.signal)];
  if (transport === "batched") running.push(poller.run(stop.signal));
  console.log(formatEndpoint(socket.local));
  for await (const _ of Deno.stdin.readable);
  stop.abort();
  await Promise.all(running);
}

function open(transport: Transport, poller: Poller): UdpSocket {
  const counters = new Counters();
  if (transport === "deno") return openDenoUdp({ address: LOOPBACK, port: 0, counters });
  const observer = { lost() {}, refused() {} };
  return openUdpSocket({ address: LOOPBACK, port: 0, watcher: poller, observer });
}

/** Datagrams that begin with the number of the request and how often it was asked. */
function numbered(length: number): Exchange {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  return {
    request(slot, turn) {
      view.setUint32(0, slot);
      view.setUint32(4, turn);
      return bytes;
    },
    identify(answer) {
      const { buffer, byteOffset } = answer;
      const its = new DataView(buffer, byteOffset);
      return { slot: its.getUint32(0), turn: its.getUint32(4) };
    },
  };
}

/** Echoes per second of a process with `transport`. */
async function measure(transport: Transport, load: typeof LOADS[number]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.filename!, transport],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const { value } = await child.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
  const { answersPerSecond } = await runLoad({
    ...load,
    from: LOOPBACK,
    to: parseEndpoint(value!.trim())!,
    warmUp: 300,
    duration: 700,
    exchange: numbered(load.length),
  });
  await child.stdin.close();
  await child.status;
  return answersPerSecond;
}

async function compare(load: typeof LOADS[number]): Promise<void> {
  const rates: Record<Transport, number[]> = { deno: [], batched: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const transport of TRANSPORTS) rates[transport].push(await measure(transport, load));
  }
  const [deno, batched] = [median(rates.deno), median(rates.batched)];
  console.log(
    `${load.length} octets, ${load.sockets} × ${load.outstanding} under way, ` +
      `${load.offload ? "with" : "without"} offload: ` +
      `deno ${kilo(deno)}, batched ${kilo(batched)} per second, ratio ${
        (batched / deno).toFixed(2)
      }`,
  );
}

function kilo(rate: number): string {
  return `${(rate / 1000).toFixed(1)} k`;
}

const transport = TRANSPORTS.find((each) => each === Deno.args[0]);
if (transport !== undefined) await echo(transport);
else for (const load of LOADS) await compare(load);
