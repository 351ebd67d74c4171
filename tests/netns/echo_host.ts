/**
 * A service that sends back what it gets over TCP and UDP, and an exchange with it.
 *
 *     deno run -A echo_host.ts serve                 says "ready"
 *     deno run -A echo_host.ts exchange ADDRESS      says an {@linkcode Exchange} as JSON
 *
 * @module
 */

import { denoRun } from "./deno_run.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";

const PROGRAM = "tests/netns/echo_host.ts";
const PORT = 5007;

/** Octets sent over TCP, and sent back. */
const OCTETS = 1 << 20;

/** Datagrams sent, one after another. Each fills an IPv6 packet of 1280 octets. */
const DATAGRAMS = 20;
const DATAGRAM_LENGTH = 1232;

/** How long a datagram's answer is waited for, in milliseconds, and how often it is sent at most. */
const TIMEOUT = 1000;
const ATTEMPTS = 3;

/** What came back. */
interface Exchange {
  /** The SHA-256 of what was sent over TCP, and of what came back. */
  readonly sent: string;
  readonly returned: string;
  readonly octets: number;
  /** Datagrams of {@linkcode DATAGRAMS} that came back as they were. */
  readonly datagrams: number;
}

/** An exchange in which nothing was lost or changed. */
export function isWhole({ sent, returned, octets, datagrams }: Exchange): boolean {
  return sent === returned && octets === OCTETS && datagrams === DATAGRAMS;
}

/** Starts the service. */
export async function serveEcho(machine: Machine): Promise<LabProcess> {
  const service = await machine.spawn(...denoRun(PROGRAM), "serve");
  await service.waitForLog(/^ready$/);
  return service;
}

/** Exchanges octets and datagrams with the service at an address. */
export async function exchangeWith(machine: Machine, address: string): Promise<Exchange> {
  return JSON.parse(await machine.run(...denoRun(PROGRAM), "exchange", address));
}

async function serve(): Promise<void> {
  using listener = Deno.listen({ hostname: "::", port: PORT });
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "::", port: PORT });
  say("ready");
  await Promise.all([serveStreams(listener), serveDatagrams(socket)]);
}

async function serveStreams(listener: Deno.TcpListener): Promise<void> {
  for await (const { readable, writable } of listener) {
    readable.pipeTo(writable).catch((error) => say(String(error)));
  }
}

async function serveDatagrams(socket: Deno.DatagramConn): Promise<void> {
  for await (const [datagram, from] of socket) await socket.send(datagram, from);
}

async function exchange(hostname: string): Promise<void> {
  const sent = new Uint8Array(OCTETS);
  for (let i = 0; i < OCTETS; i += 65_536) crypto.getRandomValues(sent.subarray(i, i + 65_536));
  using connection = await Deno.connect({ hostname, port: PORT });
  const back = new Response(connection.readable).bytes();
  await new Blob([sent]).stream().pipeTo(connection.writable, { preventClose: true });
  await connection.closeWrite();
  const returned = await back;
  const result: Exchange = {
    sent: await sha256(sent),
    returned: await sha256(returned),
    octets: returned.length,
    datagrams: await exchangeDatagrams(hostname),
  };
  say(JSON.stringify(result));
}

async function exchangeDatagrams(hostname: string): Promise<number> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "::", port: 0 });
  const to: Deno.NetAddr = { transport: "udp", hostname, port: PORT };
  let count = 0;
  for (let i = 0; i < DATAGRAMS; i++) {
    const datagram = crypto.getRandomValues(new Uint8Array(DATAGRAM_LENGTH));
    if (!await comesBack(datagram, socket, to)) break;
    count++;
  }
  socket.close();
  return count;
}

/** Sends a datagram, again if no answer comes: a queue of the machine may be full. */
async function comesBack(
  datagram: Uint8Array<ArrayBuffer>,
  socket: Deno.DatagramConn,
  to: Deno.Addr,
): Promise<boolean> {
  const sent = await sha256(datagram);
  let receiving = socket.receive();
  for (let i = 0; i < ATTEMPTS; i++) {
    await socket.send(datagram, to);
    const answer = await withinPatience(receiving);
    if (answer === undefined) continue;
    if (await sha256(answer[0]) === sent) return true;
    receiving = socket.receive();
  }
  return false;
}

/** What a promise gives; undefined if it takes too long. */
async function withinPatience<T>(promise: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), TIMEOUT);
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function sha256(octets: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", octets)).toHex();
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const [role, address] = Deno.args;
  if (role === "serve") await serve();
  else await exchange(address!);
}
