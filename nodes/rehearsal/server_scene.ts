/**
 * A server's rehearsal: a client gets an address and tests the way to a native host, whose relay
 * then looks for the client.
 *
 * @module
 */

import { Server } from "../../server/server.ts";
import type { ServerConfig, ServerSocket } from "../../server/server_config.ts";
import type { ServerEvent } from "../../server/server_event.ts";
import type { ServerStatus } from "../../server/server_status.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { addressOf } from "../../wire/endpoint.ts";
import { nonceOnly } from "../../wire/authentication.ts";
import { encodeRouterSolicitation, isRouterAdvertisement } from "../../wire/neighbor_discovery.ts";
import { encodeTeredoAddress, encodeTeredoLinkLocal } from "../../wire/teredo_address.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { nativeHost, relayAddress, requestTo } from "./pings.ts";
import type { Other, Scene, Setting, World } from "./scene.ts";

const NATIVE = nativeHost(0);

/** A server among a client, a native host and its relay. */
export class ServerScene implements Scene<ServerSocket, ServerEvent, ServerStatus> {
  readonly machine: Server;
  readonly bulk = undefined;
  readonly #setting: Setting<ServerSocket>;
  readonly #client: Uint8Array;
  readonly #solicitation: Uint8Array;
  #relay = relayAddress(0);
  /** Whether the secondary address has been asked in this round. */
  #isSecond = false;

  constructor(setting: Setting<ServerSocket>) {
    const { own, others: { client: mapping } } = setting;
    this.machine = new Server(serverConfig(setting));
    this.#setting = setting;
    this.#client = encodeTeredoAddress({ server: addressOf(own.primary), flags: 0, mapping });
    this.#solicitation = encodeTeredoPacket({
      authentication: nonceOnly(new Uint8Array(8)),
      ipv6: encodeRouterSolicitation(encodeTeredoLinkLocal(0, mapping)),
    });
  }

  begin(round: number, world: World): void {
    this.#relay = relayAddress(round);
    this.#isSecond = false;
    world.datagram("client", this.#setting.own.primary, this.#solicitation);
  }

  heard(_by: Other, bytes: Uint8Array, world: World): void {
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string") return;
    const { primary, secondary } = this.#setting.own;
    if (!isRouterAdvertisement(packet.ipv6)) world.endRound();
    else if (this.#isSecond) {
      world.datagram("client", primary, requestTo(NATIVE, this.#client, 0));
      world.datagram("relay", primary, encodeBubble(this.#relay, this.#client));
    } else {
      this.#isSecond = true;
      world.datagram("client", secondary, this.#solicitation);
    }
  }

  delivered(): void {}
}

/** What a server needs here. */
export function serverConfig(
  { own, globalUnicast, random }: Setting<ServerSocket>,
): ServerConfig {
  const primary = addressOf(own.primary);
  return { primary, secondary: addressOf(own.secondary), globalUnicast, random };
}
