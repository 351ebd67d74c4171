/**
 * Server S1 of the vectors with a gateway, between client A and the native host H.
 *
 * @module
 */

import { ProvedEndpoints } from "../../protocol/proved_endpoints.ts";
import { AddressAccess, type GatewayConfig } from "../../relay/gateway_config.ts";
import { Relay, type RelayEvent } from "../../relay/relay.ts";
import type { RelayConfig } from "../../relay/relay_config.ts";
import type { RelayStatus } from "../../relay/relay_status.ts";
import { SecretTable } from "../../server/secret_store.ts";
import type { ServerConfig, ServerSocket } from "../../server/server_config.ts";
import type { ServerEvent } from "../../server/server_event.ts";
import { ServerWithRelay } from "../../server/server_with_relay.ts";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { sourceOf } from "../../wire/ipv6_header.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { RecordingSink } from "../recording_sink.ts";
import { S1 } from "../server/server_fixture.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { ACTORS, ip4, ip6, vector } from "../vectors/vectors.ts";
import { echo } from "./relay_fixture.ts";

/** The gateway's own native address. */
export const OWN = ip6("2001:db8:99::1");

/** Serves every client of S1. */
export const EVERYBODY: GatewayConfig = {
  access: new AddressAccess([{ network: ip4("0.0.0.0"), prefixLength: 0 }]),
  servers: [ACTORS.s1],
};

/** What may be unlike the usual gateway. */
interface GatewayOptions {
  readonly rules?: Partial<GatewayConfig>;
  readonly relay?: Partial<RelayConfig>;
  readonly server?: Partial<ServerConfig>;
}

/** A gateway, what it did, and a clock to turn. */
export class GatewayFixture {
  readonly relay: Relay;
  readonly machine: ServerWithRelay<RelayEvent, RelayStatus>;
  readonly sink = new RecordingSink<ServerSocket, ServerEvent | RelayEvent>();
  now = 1_000_000;

  constructor({ rules, relay, server }: GatewayOptions = {}) {
    this.relay = new Relay({
      globalUnicast: S1.globalUnicast,
      random: seededRandom("gateway"),
      serves: [{ address: ip6("2000::"), length: 3 }],
      ownAddresses: [ACTORS.s1, ACTORS.s1Secondary],
      nativeAddresses: [OWN],
      gateway: { ...EVERYBODY, ...rules },
      ...relay,
    });
    this.machine = new ServerWithRelay({ ...S1, ...server }, this.relay);
  }

  /** A gateway for clients that prove the secret of the vectors. */
  static forProved(): { fixture: GatewayFixture; proofs: ProvedEndpoints } {
    const { identifier, secret } = ACTORS;
    const proofs = new ProvedEndpoints();
    const secrets = new SecretTable([[identifier, { secret, retired: false }]]);
    const fixture = new GatewayFixture({ rules: { access: proofs }, server: { secrets, proofs } });
    return { fixture, proofs };
  }

  /** A datagram comes to the primary socket; the sink holds what came of this one alone. */
  receive(payload: Uint8Array, from: Endpoint = ACTORS.a): this {
    this.sink.clear();
    this.machine.handleDatagram(payload, from, "primary", this.now, this.sink);
    return this;
  }

  /** A packet comes from the kernel. */
  fromKernel(packet: Uint8Array): this {
    this.sink.clear();
    this.machine.handlePacket(packet, this.now, this.sink);
    return this;
  }

  /** Client A proves its secret by the solicitation of the vectors. */
  solicit(): this {
    return this.receive(vector("V6").payload);
  }

  /** Client A tests a native host, and answers the gateway's bubble. */
  meetA(): this {
    return this.receive(echo(ACTORS.addressOfA, ACTORS.host)).answerBubble();
  }

  /** A client answers the bubble among the datagrams of the last action. */
  answerBubble(client: Uint8Array = ACTORS.addressOfA, from: Endpoint = ACTORS.a): this {
    const bubbles = this.sink.datagrams.map(({ bytes }) => parseTeredoPacket(bytes))
      .flatMap((packet) => typeof packet === "string" ? [] : [packet.ipv6]).filter(isBubble);
    return this.receive(encodeBubble(client, sourceOf(bubbles.at(-1)!)), from);
  }

  /** What the gateway's kernel got by the last action, and why something was dropped. */
  get outcome(): { packets: number; drops: readonly string[] } {
    return { packets: this.sink.packets.length, drops: this.sink.drops };
  }
}
