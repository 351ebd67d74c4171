/**
 * A client's rehearsal: it gets an address, and then pings one native host after the other, which
 * it has to find first.
 *
 *     host ──request──► client ──test──► server
 *                       client ◄─bubble─ server
 *                       client ──bubble──────────► relay
 *                       client ◄──reply to the test── relay
 *     host ◄──reply──── client ──request, reply──► relay
 *
 * @module
 */

import { Client } from "../../client/client.ts";
import type { ClientEvent } from "../../client/client_event.ts";
import type { ClientSocket } from "../../client/client_sink.ts";
import type { ClientStatus } from "../../client/client_status.ts";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import { addressOf } from "../../wire/endpoint.ts";
import { isEchoRequest } from "../../wire/icmpv6.ts";
import { sourceOf } from "../../wire/ipv6_header.ts";
import { encodeRouterAdvertisement, isRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import {
  CONE_FLAG,
  encodeTeredoAddress,
  encodeTeredoLinkLocal,
  teredoPrefix,
} from "../../wire/teredo_address.ts";
import {
  encodeTeredoPacket,
  parseTeredoPacket,
  type TeredoPacket,
} from "../../wire/teredo_packet.ts";
import { nativeHost, PINGS, relayAddress, replyTo, requestTo, sequenceOf } from "./pings.ts";
import type { Other, Scene, Setting, World } from "./scene.ts";

/** A client among a server, a relay and native hosts. */
export class ClientScene implements Scene<ClientSocket, ClientEvent, ClientStatus> {
  readonly machine: Client;
  readonly bulk: { readonly fastPath: Client; readonly via: "service" };
  readonly #setting: Setting<"service">;
  /** The client's address. The one that it had before (RFC 5991 §3.1) is known here. */
  readonly #self: Uint8Array;
  #host = nativeHost(0);
  #relay = relayAddress(0);
  /** The native host's answer to the last test, which the relay has. */
  #waiting: Uint8Array | undefined;

  constructor(setting: Setting<"service">) {
    const { own, others, globalUnicast, random } = setting;
    const server = addressOf(others.server);
    this.#self = encodeTeredoAddress({ server, flags: 0, mapping: own.service });
    this.machine = new Client({
      servers: [{ primary: server, secondary: server }],
      previousAddress: this.#self,
      localEndpoint: () => own.service,
      globalUnicast,
      random,
    });
    this.bulk = { fastPath: this.machine, via: "service" };
    this.#setting = setting;
  }

  /** In the first round the client gets its address, and answers a relay: it works. */
  begin(round: number, world: World): void {
    this.#host = nativeHost(round);
    this.#relay = relayAddress(round);
    if (round > 0) world.packet(requestTo(this.#host, this.#self, 0));
  }

  heard(by: Other, bytes: Uint8Array, world: World): void {
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string") return;
    const { ipv6 } = packet;
    const send = (bytes: Uint8Array) => world.datagram(by, this.#setting.own.service, bytes);
    if (isRouterSolicitation(ipv6)) {
      send(this.#advertisement(packet));
      send(this.#introduction());
    } else if (by === "server") {
      this.#waiting = replyTo(ipv6);
      send(this.#introduction());
    } else if (isBubble(ipv6) && this.#waiting !== undefined) send(this.#waiting);
    else if (isEchoRequest(ipv6)) send(replyTo(ipv6));
    else world.endRound();
  }

  delivered(ipv6: Uint8Array, world: World): void {
    if (isEchoRequest(ipv6)) return world.packet(replyTo(ipv6));
    const next = sequenceOf(ipv6) + 1;
    if (next < PINGS) return world.packet(requestTo(this.#host, this.#self, next));
    // The last ping comes from the native host.
    const { service } = this.#setting.own;
    world.datagram("relay", service, requestTo(this.#self, this.#host, next));
  }

  #advertisement({ ipv6, authentication }: TeredoPacket): Uint8Array {
    const { own, others: { server } } = this.#setting;
    const advertisement = encodeRouterAdvertisement({
      source: encodeTeredoLinkLocal(CONE_FLAG, server),
      destination: sourceOf(ipv6),
      prefix: teredoPrefix(addressOf(server)),
    });
    return encodeTeredoPacket({ authentication, origin: own.service, ipv6: advertisement });
  }

  /** The relay's bubble, as the server passes it on. */
  #introduction(): Uint8Array {
    const origin = this.#setting.others.relay;
    return encodeTeredoPacket({ origin, ipv6: encodeBubble(this.#relay, this.#self) });
  }
}
