/**
 * A server with what it does recorded, for its tests.
 *
 * @module
 */

import type { DropReason } from "../../protocol/drop_reason.ts";
import { Server } from "../../server/server.ts";
import type { ServerConfig, ServerSocket } from "../../server/server_config.ts";
import type { ServerEvent } from "../../server/server_event.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { encodeRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { RecordingSink } from "../recording_sink.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { ACTORS, ip6 } from "../vectors/vectors.ts";

/** S1 of the vectors. */
export const S1: ServerConfig = {
  primary: ACTORS.s1,
  secondary: ACTORS.s1Secondary,
  globalUnicast: new GlobalUnicast("rfc4380"),
  random: seededRandom("server"),
  limits: "off",
};

/** S2 of the vectors. */
export const S2: ServerConfig = { ...S1, primary: ACTORS.s2, secondary: undefined };

/** The primary socket of S1, as others see it. */
export const S1_SOCKET: Endpoint = endpoint(ACTORS.s1, 3544);

/** The Router Solicitation of Windows, and the one of XP with the cone bit. */
export const SOLICITATION = encodeRouterSolicitation(ip6("fe80::ffff:ffff:fffe"));
export const CONE_SOLICITATION = encodeRouterSolicitation(ip6("fe80::8000:ffff:ffff:fffd"));

/** A server, its sink, and shorthands for what tests say most. */
export class ServerFixture {
  readonly server: Server;
  readonly sink = new RecordingSink<ServerSocket, ServerEvent>();

  constructor(config: Partial<ServerConfig> = {}) {
    this.server = new Server({ ...S1, ...config });
  }

  /** Hands the server a payload; the sink holds what came of this one alone. */
  receive(
    payload: Uint8Array,
    from: Endpoint = ACTORS.a,
    via: ServerSocket = "primary",
    now = 0,
  ): this {
    this.sink.clear();
    this.server.handleDatagram(payload, from, via, now, this.sink);
    return this;
  }

  /** What was sent by UDP, as lines. */
  get sent(): string[] {
    return this.sink.sent();
  }

  /**
   * Why the payload was dropped; `undefined` where it was not. Whatever is dropped makes no output.
   */
  get dropped(): DropReason | undefined {
    const { datagrams, packets, drops } = this.sink;
    const outputs = datagrams.length + packets.length;
    if (outputs + drops.length !== 1) {
      throw new Error(`One datagram in made ${outputs} out, and ${drops.length} drops`);
    }
    return drops[0];
  }
}
