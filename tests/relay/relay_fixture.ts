/**
 * A relay between client A of the vectors and the native host H, on a virtual clock.
 *
 * @module
 */

import type { Random } from "../../protocol/random.ts";
import { Relay, type RelayEvent, type RelaySocket } from "../../relay/relay.ts";
import type { RelayConfig } from "../../relay/relay_config.ts";
import type { RelayLimits } from "../../relay/relay_limits.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { SOURCE } from "../../wire/ipv6_header.ts";
import { RecordingSink } from "../recording_sink.ts";
import { ACTORS, at, ip4, ip6 } from "../vectors/vectors.ts";

/** The IPv4 address that the relay's host has. */
export const OWN_ADDRESS = ip4("198.51.100.200");

/** A relay, what it did, and a clock to turn. */
export class RelayFixture {
  readonly relay: Relay;
  readonly sink = new RecordingSink<RelaySocket, RelayEvent>();
  now = 1_000_000;

  constructor(changes: Partial<RelayConfig> = {}) {
    this.relay = new Relay({
      globalUnicast: new GlobalUnicast("rfc4380"),
      random: countingRandom(),
      serves: [{ address: ip6("2001:db8::"), length: 32 }],
      ownAddresses: [OWN_ADDRESS],
      errorSource: ACTORS.addressOfRelay,
      ...changes,
    });
  }

  /** A native packet arrives. */
  native(packet: Uint8Array): void {
    this.relay.handlePacket(packet, this.now, this.sink);
  }

  /** A datagram arrives. */
  datagram(bytes: Uint8Array, from: Endpoint): void {
    this.relay.handleDatagram(bytes, from, "service", this.now, this.sink);
  }

  /** The clock goes on by `ms`, and timers with it. */
  advance(ms: number): void {
    const end = this.now + ms;
    while (this.relay.nextTimer() <= end) {
      this.now = Math.max(this.now, this.relay.nextTimer());
      this.relay.handleTimer(this.now, this.sink);
    }
    this.now = end;
  }

  /** Client A has answered a bubble and is trusted. */
  meetA(): void {
    this.native(echo(ACTORS.host, ACTORS.addressOfA));
    this.datagram(this.bubbleFromA(), ACTORS.a);
    this.sink.clear();
  }

  /** A's answer to the relay's bubble. */
  bubbleFromA(): Uint8Array<ArrayBuffer> {
    const bubble = this.sink.datagrams.at(-1)?.bytes ?? encodeBubble(ACTORS.host, ACTORS.host);
    return encodeBubble(ACTORS.addressOfA, bubble.subarray(SOURCE, SOURCE + 16));
  }
}

/** An echo request, `length` octets of data long. */
export function echo(
  source: Uint8Array,
  destination: Uint8Array,
  length = 8,
  sequence = 0,
): Uint8Array<ArrayBuffer> {
  return encodeEcho({
    type: Icmpv6Type.ECHO_REQUEST,
    source,
    destination,
    identifier: 1,
    sequence,
    data: new Uint8Array(length),
  });
}

/** S1, where bubbles for A go. */
export const S1_ENDPOINT = at("203.0.113.120:3544");

/** "Random" octets that count up. */
function countingRandom(): Random {
  let next = 1;
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = next++ & 255;
  };
}

/** A relay without limits, to set one of them. */
export const NO_LIMITS: RelayLimits = {
  newClientsPerSite: undefined,
  newClientsPerAddress: undefined,
  newClientsInTotal: undefined,
  bubblesPerClient: undefined,
  bubblesPerServer: undefined,
};
