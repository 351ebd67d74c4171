/**
 * A relay's rehearsal: a native host pings one client after the other, which the relay has to find
 * first.
 *
 *     native host ──request──► relay ──bubble──► server ──► client
 *                              relay ◄──bubble───────────── client
 *     native host ◄──reply──── relay ──request, reply─────► client
 *
 * @module
 */

import { Relay, type RelayEvent, type RelaySocket } from "../../relay/relay.ts";
import type { RelayStatus } from "../../relay/relay_status.ts";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import { addressOf } from "../../wire/endpoint.ts";
import { isEchoRequest } from "../../wire/icmpv6.ts";
import { sourceOf } from "../../wire/ipv6_header.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { gatewayConfig } from "../gateway_policy.ts";
import { nativeHost, PINGS, replyTo, requestTo, sequenceOf } from "./pings.ts";
import type { Other, Scene, Setting, World } from "./scene.ts";

const NATIVE = nativeHost(0);

/** A relay or gateway among a native host, clients and their server. */
export class RelayScene implements Scene<RelaySocket, RelayEvent, RelayStatus> {
  readonly machine: Relay;
  readonly bulk: { readonly fastPath: Relay; readonly via: "service" };
  readonly #setting: Setting<"service">;
  #client = new Uint8Array(16);

  constructor(setting: Setting<"service">, isGateway: boolean) {
    const { globalUnicast, random } = setting;
    const gateway = isGateway
      ? gatewayConfig({ clients: "all", unsolicited: true }, undefined)
      : undefined;
    const serves = [{ address: NATIVE, length: 16 }];
    this.machine = new Relay({ serves, ownAddresses: [], gateway, globalUnicast, random });
    this.bulk = { fastPath: this.machine, via: "service" };
    this.#setting = setting;
  }

  begin(round: number, world: World): void {
    const { server, client } = this.#setting.others;
    // The flags are different each time, so the client is another one at the same place.
    this.#client = encodeTeredoAddress({
      server: addressOf(server),
      flags: round,
      mapping: client,
    });
    world.packet(requestTo(this.#client, NATIVE, 0));
  }

  heard(_by: Other, bytes: Uint8Array, world: World): void {
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string") return;
    const { ipv6 } = packet;
    const send = (bytes: Uint8Array) => world.datagram("client", this.#setting.own.service, bytes);
    // The server passes it on to the client, which answers it.
    if (isBubble(ipv6)) send(encodeBubble(this.#client, sourceOf(ipv6)));
    else if (isEchoRequest(ipv6)) send(replyTo(ipv6));
  }

  delivered(ipv6: Uint8Array, world: World): void {
    const next = sequenceOf(ipv6) + 1;
    if (next < PINGS) world.packet(requestTo(this.#client, NATIVE, next));
    else world.endRound();
  }
}
