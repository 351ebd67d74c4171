/**
 * Honest clients of a server, which answer bubbles and echo requests of a relay. Runs in the lab.
 *
 *     deno run -A honest_clients.ts '{"from": "83.4.2.1", ...}'       says "ready", and then serves
 *
 * @module
 */

import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import { addressOf, type Endpoint, parseEndpoint, portOf } from "../../wire/endpoint.ts";
import { isEcho } from "../../wire/icmpv6.ts";
import { formatIpv4, ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, destinationOf, sourceOf } from "../../wire/ipv6_header.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { echoReply } from "../echo_reply.ts";

/** The clients of a server. */
export interface Clients {
  readonly server: string;
  /** The address of the first client; the others have the next ones. */
  readonly from: string;
  readonly clients: number;
}

/** The port of each. */
const PORT = 4096;

/** The Teredo address of a client, 16 octets. */
export function addressOfClient({ server, from }: Clients, i: number): Uint8Array<ArrayBuffer> {
  const mapping = parseEndpoint(`${formatIpv4(ipv4Address(parseIpv4(from)! + i))}:${PORT}`)!;
  return encodeTeredoAddress({ server: parseIpv4(server)!, flags: 0, mapping });
}

async function serve(clients: Clients, i: number): Promise<void> {
  const hostname = formatIpv4(ipv4Address(parseIpv4(clients.from)! + i));
  const own = addressOfClient(clients, i);
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: PORT });
  for await (const [bytes, from] of socket) {
    const { hostname, port } = from as Deno.NetAddr;
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string" || !isSameIpv6(packet.ipv6, DESTINATION, own)) continue;
    const reply = replyTo(packet.ipv6);
    if (reply === undefined) continue;
    const to = packet.origin ?? parseEndpoint(`${hostname}:${port}`)!;
    await socket.send(reply, addressFor(to));
  }
}

function replyTo(ipv6: Uint8Array): Uint8Array | undefined {
  if (isBubble(ipv6)) return encodeBubble(destinationOf(ipv6), sourceOf(ipv6));
  return isEcho(ipv6) ? echoReply(ipv6) : undefined;
}

function addressFor(to: Endpoint): Deno.NetAddr {
  return { transport: "udp", hostname: formatIpv4(addressOf(to)), port: portOf(to) };
}

if (import.meta.main) {
  const clients: Clients = JSON.parse(Deno.args[0]!);
  const serving = Array.from({ length: clients.clients }, (_, i) => serve(clients, i));
  Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
  await Promise.all(serving);
}
