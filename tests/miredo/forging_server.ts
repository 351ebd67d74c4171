/**
 * A server that answers as nobody should: for who believes what a server would not say.
 *
 *     deno run -A forging_server.ts '{"listen":"83.1.1.1","send":"83.1.1.2","fault":"checksum"}'
 *
 * It says "ready" when it listens, and "forged" for each answer.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import { endpoint } from "../../wire/endpoint.ts";
import { sourceOf } from "../../wire/ipv6_header.ts";
import { encodeRouterAdvertisement, isRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { CONE_FLAG, encodeTeredoLinkLocal, teredoPrefix } from "../../wire/teredo_address.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { at, ip4 } from "../vectors/vectors.ts";

/** What the program is told, as JSON in its one argument. */
export interface ForgingOptions {
  /** Where solicitations are heard; also the server that advertisements name. */
  readonly listen: string;
  /** The address that answers come from, and whether from another port. */
  readonly send: string;
  readonly port: number;
  /** Whether the checksum is wrong as well. */
  readonly spoilsChecksum: boolean;
}

async function main({ listen, send, port, spoilsChecksum }: ForgingOptions): Promise<void> {
  const open = (hostname: string, port: number) =>
    Deno.listenDatagram({ transport: "udp", hostname, port });
  const ear = open(listen, TEREDO_PORT);
  const mouth = listen === send && port === TEREDO_PORT ? ear : open(send, port);
  say("ready");
  for await (const [bytes, from] of ear) {
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string" || !isRouterSolicitation(packet.ipv6)) continue;
    const { hostname, port } = from as Deno.NetAddr;
    const advertisement = encodeRouterAdvertisement({
      source: encodeTeredoLinkLocal(CONE_FLAG, endpoint(ip4(listen), TEREDO_PORT)),
      destination: sourceOf(packet.ipv6),
      prefix: teredoPrefix(ip4(listen)),
      mtu: 1280,
    });
    if (spoilsChecksum) advertisement[42]! ^= 0xff;
    const { authentication } = packet;
    const origin = at(`${hostname}:${port}`);
    await mouth.send(encodeTeredoPacket({ authentication, origin, ipv6: advertisement }), from);
    say("forged");
  }
}

function say(word: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${word}\n`));
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));
