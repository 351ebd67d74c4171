/**
 * A double of a client that is written from RFC 4380 alone, and takes it at its word: §5.2.3 step 1
 * drops what isn't "a well-formed IPv6 packet", so the length in the IPv6 header must be the length
 * of the rest of the datagram. It knows no trailers (RFC 6081), sends none, and never believes that a
 * client is elsewhere than its address says. Behind a symmetric NAT it has no address (§5.2.1).
 *
 * It shares no code with our client but the codecs.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import type { Machine, Sink } from "../../protocol/machine.ts";
import { type Random, randomBytes } from "../../protocol/random.ts";
import { NONCE_LENGTH, nonceOnly } from "../../wire/authentication.ts";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { echoDataOf, encodeEcho, Icmpv6Type, isEchoReply } from "../../wire/icmpv6.ts";
import { type Ipv4Address, ipv4Address } from "../../wire/ipv4_address.ts";
import { formatIpv6, isSameIpv6, linkLocal } from "../../wire/ipv6_address.ts";
import {
  DESTINATION,
  IPV6_HEADER_LENGTH,
  payloadLengthOf,
  SOURCE,
  sourceOf,
} from "../../wire/ipv6_header.ts";
import { encodeRouterSolicitation, isRouterAdvertisement } from "../../wire/neighbor_discovery.ts";
import { encodeTeredoAddress, isTeredo, mappingOf, serverOf } from "../../wire/teredo_address.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";

/** What the double reports. */
export type StrictEvent = { readonly type: "qualified"; readonly address: Uint8Array };

type StrictSink = Sink<"service", StrictEvent>;

/** §5.2.1 and §5.2: waits in milliseconds for an advertisement, and between refreshes. */
const ADVERTISEMENT_WAIT = 4_000;
const REFRESH = 30_000;

/** §5.2.4: how long a peer is trusted, and how long and how often an answer is waited for. */
const PEER_VALIDITY = 30_000;
const ANSWER_WAIT = 2_000;
const ATTEMPTS = 4;

interface StrictPeer {
  readonly address: Uint8Array;
  place: Endpoint | undefined;
  heardAt: number;
  /** While it is looked for: when the next attempt is due, and how many there were. */
  nextAt: number;
  attempts: number;
  test: Uint8Array | undefined;
  waiting: Uint8Array[];
  held: { readonly packet: Uint8Array; readonly from: Endpoint }[];
}

/** A client by RFC 4380 that insists on exact lengths. */
export class StrictClient implements Machine<"service", StrictEvent, Uint8Array | undefined> {
  readonly #servers: readonly [Endpoint, Endpoint];
  readonly #random: Random;
  readonly #peers = new Map<string, StrictPeer>();
  #mapping: Endpoint | undefined;
  #address: Uint8Array | undefined;
  #solicitAt = -Infinity;
  /** How many datagrams it dropped for their length. */
  inexact = 0;

  constructor(server: Ipv4Address, random: Random) {
    const secondary = ipv4Address(server + 1);
    this.#servers = [endpoint(server, TEREDO_PORT), endpoint(secondary, TEREDO_PORT)];
    this.#random = random;
  }

  /** The address, while there is one. */
  status(): Uint8Array | undefined {
    return this.#address;
  }

  nextTimer(): number {
    const due = Array.from(this.#peers.values(), ({ nextAt }) => nextAt);
    return Math.min(this.#solicitAt, ...due);
  }

  handleTimer(now: number, sink: StrictSink): void {
    if (now >= this.#solicitAt) this.#solicit(now, sink);
    for (const peer of this.#peers.values()) if (now >= peer.nextAt) this.#seek(peer, now, sink);
  }

  /** §5.2.4. */
  handlePacket(ipv6: Uint8Array, now: number, sink: StrictSink): void {
    if (this.#address === undefined) return;
    const peer = this.#peer(ipv6, DESTINATION);
    if (peer.place !== undefined && now - peer.heardAt < PEER_VALIDITY) {
      return sink.datagram(peer.place, "service", ipv6);
    }
    peer.place = undefined;
    peer.waiting.push(ipv6.slice());
    if (peer.nextAt === Infinity) this.#seek(peer, now, sink);
  }

  /** §5.2.3. */
  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    _via: "service",
    now: number,
    sink: StrictSink,
  ): void {
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string") return;
    const { ipv6, origin } = packet;
    if (IPV6_HEADER_LENGTH + payloadLengthOf(ipv6) !== ipv6.length + packet.trailers.length) {
      this.inexact++;
      return;
    }
    if (isRouterAdvertisement(ipv6)) return this.#qualify(origin, from, now, sink);
    if (this.#address === undefined || !isSameIpv6(ipv6, DESTINATION, this.#address)) return;
    if (isBubble(ipv6) && from === this.#servers[0]) {
      // Answered straight, where the sender is.
      const to = isTeredo(ipv6, SOURCE) ? mappingOf(ipv6, SOURCE) : origin;
      const bubble = encodeBubble(this.#address, sourceOf(ipv6));
      return to === undefined ? undefined : sink.datagram(to, "service", bubble);
    }
    this.#receive(ipv6, from, now, sink);
  }

  #solicit(now: number, sink: StrictSink): void {
    const isSecond = this.#mapping !== undefined && this.#address === undefined;
    const ipv6 = encodeRouterSolicitation(linkLocal(0x0000ffff, 0xfffffffe));
    const authentication = nonceOnly(randomBytes(this.#random, NONCE_LENGTH));
    const bytes = encodeTeredoPacket({ authentication, ipv6 });
    sink.datagram(this.#servers[isSecond ? 1 : 0], "service", bytes);
    this.#solicitAt = now + (this.#address === undefined ? ADVERTISEMENT_WAIT : REFRESH);
  }

  /** §5.2.1: both addresses of the server must see the same mapping. */
  #qualify(origin: Endpoint | undefined, from: Endpoint, now: number, sink: StrictSink): void {
    if (origin === undefined || this.#address !== undefined) return;
    if (from === this.#servers[0] && this.#mapping === undefined) {
      this.#mapping = origin;
      return this.#solicit(now, sink);
    }
    if (from !== this.#servers[1] || origin !== this.#mapping) return;
    const server = addressOf(this.#servers[0]);
    this.#address = encodeTeredoAddress({ server, flags: 0, mapping: origin });
    this.#solicitAt = now + REFRESH;
    sink.event({ type: "qualified", address: this.#address });
  }

  #receive(ipv6: Uint8Array, from: Endpoint, now: number, sink: StrictSink): void {
    const peer = this.#peer(ipv6, SOURCE);
    const isAnswer = peer.test !== undefined && isEchoReply(ipv6) &&
      echoDataOf(ipv6).toHex() === peer.test.toHex();
    if (isAnswer) return this.#found(peer, from, now, sink);
    const isWhereItShouldBe = isTeredo(ipv6, SOURCE)
      ? mappingOf(ipv6, SOURCE) === from
      : peer.place === from;
    if (isWhereItShouldBe) {
      this.#found(peer, from, now, sink);
      if (!isBubble(ipv6)) sink.packet(ipv6);
      return;
    }
    if (isTeredo(ipv6, SOURCE) || isBubble(ipv6)) return;
    peer.held.push({ packet: ipv6.slice(), from });
    if (peer.nextAt === Infinity) this.#seek(peer, now, sink);
  }

  #found(peer: StrictPeer, from: Endpoint, now: number, sink: StrictSink): void {
    Object.assign(peer, { place: from, heardAt: now, test: undefined });
    Object.assign(peer, { nextAt: Infinity, attempts: 0 });
    for (const packet of peer.waiting.splice(0)) sink.datagram(from, "service", packet);
    for (const { packet, from: place } of peer.held.splice(0)) {
      if (place === from) sink.packet(packet);
    }
  }

  /** §5.2.4 cases 2 and 5: a connectivity test, or both bubbles. */
  #seek(peer: StrictPeer, now: number, sink: StrictSink): void {
    if (peer.attempts === ATTEMPTS) {
      Object.assign(peer, { nextAt: Infinity, attempts: 0, waiting: [], held: [] });
      return;
    }
    peer.attempts++;
    peer.nextAt = now + ANSWER_WAIT;
    const { address } = peer;
    if (!isTeredo(address)) return this.#test(peer, sink);
    const bubble = encodeBubble(this.#address!, address);
    sink.datagram(mappingOf(address), "service", bubble);
    sink.datagram(endpoint(serverOf(address), TEREDO_PORT), "service", bubble);
  }

  #test(peer: StrictPeer, sink: StrictSink): void {
    peer.test ??= randomBytes(this.#random, 8);
    const echo = encodeEcho({
      type: Icmpv6Type.ECHO_REQUEST,
      source: this.#address!,
      destination: peer.address,
      identifier: 1,
      sequence: peer.attempts,
      data: peer.test,
    });
    sink.datagram(this.#servers[0], "service", echo);
  }

  #peer(ipv6: Uint8Array, offset: number): StrictPeer {
    const address = ipv6.slice(offset, offset + 16);
    const key = formatIpv6(address);
    const known = this.#peers.get(key);
    if (known !== undefined) return known;
    const peer: StrictPeer = {
      ...{ address, place: undefined, heardAt: -Infinity, nextAt: Infinity, attempts: 0 },
      ...{ test: undefined, waiting: [], held: [] },
    };
    this.#peers.set(key, peer);
    return peer;
  }
}
