/**
 * Honest peers that want to meet a client: each sends a bubble through the client's server, waits for
 * the client's own, and pings the client's host directly. Runs in the lab.
 *
 *     deno run -A honest_peers.ts '{"server": "83.1.1.1", ...}'       says how many met the client
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import { parseEndpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type, isEchoReply } from "../../wire/icmpv6.ts";
import { formatIpv4, ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { isSameIpv6, parseIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, SOURCE } from "../../wire/ipv6_header.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { pause } from "../pause.ts";

/** Who wants to meet whom. */
export interface Peers {
  readonly server: string;
  /** The client's Teredo address. */
  readonly client: string;
  /** The address of the first peer; the others have the next ones. */
  readonly from: string;
  readonly peers: number;
}

/**
 * Milliseconds from bubble to bubble of a peer, and how many it sends (RFC 4380 §5.2.6). Neither this
 * nor the spacing is a multiple of 50 ms: with a limit of 20 a second and an even flood, bubbles that
 * come at the same point of each 50 ms all pass or all fail.
 */
const REPETITION = 2_017;
const BUBBLES = 4;

/** Seconds until a peer gives up, and a little more. */
export const PATIENCE = REPETITION * BUBBLES / 1000 + 2;

/** Milliseconds from peer to peer. */
export const SPACING = 157;

async function meet({ server, client, from, peers }: Peers): Promise<number> {
  const first = parseIpv4(from)!;
  const met = await Promise.all(Array.from({ length: peers }, async (_, i) => {
    await pause(i * SPACING);
    return await meetFrom(formatIpv4(ipv4Address(first + i)), server, parseIpv6(client)!);
  }));
  return met.filter((hasMet) => hasMet).length;
}

async function meetFrom(hostname: string, server: string, client: Uint8Array): Promise<boolean> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  const mapping = parseEndpoint(`${hostname}:${(socket.addr as Deno.NetAddr).port}`)!;
  const own = encodeTeredoAddress({ server: parseIpv4(server)!, flags: 0, mapping });
  const met = pings(socket, client, own).catch(() => false);
  try {
    for (let i = 0; i < BUBBLES; i++) {
      const to: Deno.NetAddr = { transport: "udp", hostname: server, port: TEREDO_PORT };
      await socket.send(encodeBubble(own, client), to);
      if (await Promise.race([met, pause(REPETITION)]) === true) return true;
    }
    return false;
  } finally {
    socket.close();
  }
}

/** Answers the client's bubbles with pings of its host, until one is answered. */
async function pings(socket: Deno.DatagramConn, client: Uint8Array, own: Uint8Array) {
  const ping = encodeEcho({
    ...{ type: Icmpv6Type.ECHO_REQUEST, source: own, destination: client },
    ...{ identifier: 1, sequence: 1, data: new Uint8Array(24) },
  });
  for await (const [bytes, from] of socket) {
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string") continue;
    const { ipv6 } = packet;
    if (!isSameIpv6(ipv6, SOURCE, client) || !isSameIpv6(ipv6, DESTINATION, own)) continue;
    if (isBubble(ipv6)) await socket.send(ping, from);
    else if (isEchoReply(ipv6)) return true;
  }
  return false;
}

if (import.meta.main) {
  const met = await meet(JSON.parse(Deno.args[0]!));
  Deno.stdout.writeSync(new TextEncoder().encode(`${met}\n`));
  Deno.exit();
}
