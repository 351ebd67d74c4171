/**
 * Honest clients that qualify: each has its own address or port, and asks once. Runs in the lab.
 *
 *     deno run -A honest_qualifications.ts '{"server": "83.1.1.1", ...}'       says an {@linkcode Outcome}
 *
 * @module
 */

import { encodeAuthentication, NONCE_LENGTH, nonceOnly } from "../../wire/authentication.ts";
import { formatIpv4, ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { linkLocal } from "../../wire/ipv6_address.ts";
import {
  encodeRouterSolicitation,
  parseRouterAdvertisement,
} from "../../wire/neighbor_discovery.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { concatOctets } from "../../memory/octets.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { formatEndpoint, parseEndpoint } from "../../wire/endpoint.ts";
import { pause } from "../pause.ts";

/** Who asks, and how often. */
export interface Qualifications {
  readonly server: string;
  /** The address of the first client. */
  readonly from: string;
  /** How many addresses there are. Clients share an address if there are fewer than clients. */
  readonly addresses: number;
  /** The port of each client, if they are to have the same. */
  readonly port?: number;
  readonly clients: number;
  /** Clients that ask in a second. */
  readonly rate: number;
}

/** What came of it. */
export interface Outcome {
  readonly asked: number;
  readonly answered: number;
  /** The median of the times until the answer, in milliseconds. */
  readonly latency: number;
}

/** An answer that comes later than this after the last question does not count, in milliseconds. */
const PATIENCE = 1_000;

const SOLICITATION = encodeRouterSolicitation(linkLocal(0xffff, 0xfffffffe));

async function qualify(
  { server, from, addresses, port = 0, clients, rate }: Qualifications,
): Promise<Outcome> {
  const first = parseIpv4(from)!;
  const latencies: number[] = [];
  const sockets: Deno.DatagramConn[] = [];
  const begun = performance.now();
  for (let i = 0; i < clients; i++) {
    const wait = begun + i * 1000 / rate - performance.now();
    if (wait > 1) await pause(wait);
    const hostname = formatIpv4(ipv4Address(first + i % addresses));
    const socket = Deno.listenDatagram({ transport: "udp", hostname, port });
    sockets.push(socket);
    ask(socket, server).then((latency) => latencies.push(latency), () => {});
  }
  await pause(PATIENCE);
  for (const socket of sockets) socket.close();
  const sorted = latencies.toSorted((a, b) => a - b);
  return {
    asked: clients,
    answered: latencies.length,
    latency: sorted[sorted.length >> 1] ?? Infinity,
  };
}

/** Resolves when the answer has come, with the milliseconds that it took. */
async function ask(socket: Deno.DatagramConn, server: string): Promise<number> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH));
  const question = concatOctets(encodeAuthentication(nonceOnly(nonce)), SOLICITATION);
  const asked = performance.now();
  await socket.send(question, { transport: "udp", hostname: server, port: TEREDO_PORT });
  for await (const [answer] of socket) {
    if (isAnswer(answer, nonce, socket.addr as Deno.NetAddr)) break;
  }
  return performance.now() - asked;
}

/** Whether a client would take this for the server's answer. */
function isAnswer(answer: Uint8Array, nonce: Uint8Array, at: Deno.NetAddr): boolean {
  const packet = parseTeredoPacket(answer);
  if (typeof packet === "string" || packet.authentication === undefined) return false;
  if (packet.origin !== parseEndpoint(`${at.hostname}:${at.port}`)) {
    throw new Error(`A wrong origin, ${formatEndpoint(packet.origin!)} for ${at.hostname}`);
  }
  return packet.authentication.nonce.toHex() === nonce.toHex() &&
    typeof parseRouterAdvertisement(packet.ipv6) !== "string";
}

if (import.meta.main) {
  const outcome = await qualify(JSON.parse(Deno.args[0]!));
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(outcome)}\n`));
}
