/**
 * A double of Windows' own Teredo client, written from RFC 6081 and from captures of real ones
 * (`tests/vectors/captures.json`). It shares no code with our client but the codecs.
 *
 * What the captures show of it:
 *
 * - it solicits the server, then the address after the server's, and uses no address that has one
 *   answer only
 * - solicitations come from fe80::ffff:ffff:fffe; flags are random (RFC 5991)
 * - to a native host it sends a bubble and an echo request with four octets, both through its
 *   server
 * - a bubble that comes through its server is answered at the origin, to the bubble's own source;
 *   nonces are returned (RFC 6081 §5.2)
 * - hop limits are 21
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
import { DESTINATION, SOURCE, sourceOf } from "../../wire/ipv6_header.ts";
import { encodeRouterSolicitation, isRouterAdvertisement } from "../../wire/neighbor_discovery.ts";
import {
  encodeTeredoAddress,
  isTeredo,
  mappingOf,
  RANDOM_FLAGS,
  serverOf,
} from "../../wire/teredo_address.ts";
import {
  encodeTeredoPacket,
  parseTeredoPacket,
  type TeredoPacket,
} from "../../wire/teredo_packet.ts";
import { parseTrailers, withTrailers } from "../../wire/trailers.ts";
import { getU16 } from "../../memory/octets.ts";

const SOLICITATION_SOURCE = linkLocal(0x0000ffff, 0xfffffffe);
const HOP_LIMIT = 21;

/** Waits in milliseconds: for an advertisement, between refreshes, and for a peer. */
const ADVERTISEMENT_WAIT = 4_000;
const REFRESH = 30_000;
const PEER_VALIDITY = 30_000;

type WindowsSink = Sink<"service", { readonly type: "qualified"; readonly address: Uint8Array }>;

/** Where a peer is, and what waits for it. */
interface Peer {
  readonly address: Uint8Array;
  place: Endpoint | undefined;
  heardAt: number;
  test: Uint8Array | undefined;
  waiting: Uint8Array[];
  held: { readonly packet: Uint8Array; readonly from: Endpoint }[];
}

/** Windows' client, as far as a native host and a gateway see it. */
export class WindowsClient implements
  Machine<
    "service",
    { readonly type: "qualified"; readonly address: Uint8Array },
    Uint8Array | undefined
  > {
  readonly #primary: Endpoint;
  readonly #secondary: Endpoint;
  readonly #random: Random;
  readonly #peers = new Map<string, Peer>();
  #first: Endpoint | undefined;
  #address: Uint8Array | undefined;
  #nextAt = -Infinity;

  constructor(server: Ipv4Address, random: Random) {
    this.#primary = endpoint(server, TEREDO_PORT);
    this.#secondary = endpoint(ipv4Address(server + 1), TEREDO_PORT);
    this.#random = random;
  }

  nextTimer(): number {
    return this.#nextAt;
  }

  /**
   * Solicits the primary address, the secondary one once that has answered, and the primary one to
   * refresh.
   */
  handleTimer(now: number, sink: WindowsSink): void {
    if (now < this.#nextAt) return;
    const isSecond = this.#first !== undefined && this.#address === undefined;
    const authentication = nonceOnly(randomBytes(this.#random, NONCE_LENGTH));
    const ipv6 = encodeRouterSolicitation(SOLICITATION_SOURCE);
    const to = isSecond ? this.#secondary : this.#primary;
    sink.datagram(to, "service", encodeTeredoPacket({ authentication, ipv6 }));
    this.#nextAt = now + (this.#address === undefined ? ADVERTISEMENT_WAIT : REFRESH);
  }

  handlePacket(ipv6: Uint8Array, now: number, sink: WindowsSink): void {
    if (this.#address === undefined) return;
    const peer = this.#peer(ipv6, DESTINATION);
    if (peer.place !== undefined && now - peer.heardAt < PEER_VALIDITY) {
      return sink.datagram(peer.place, "service", ipv6);
    }
    peer.waiting.push(ipv6.slice());
    if (isTeredo(peer.address)) this.#bubble(peer, sink);
    else this.#test(peer, sink);
  }

  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    _via: "service",
    now: number,
    sink: WindowsSink,
  ): void {
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string") return;
    if (isRouterAdvertisement(packet.ipv6)) return this.#qualify(packet, from, now, sink);
    if (this.#address === undefined || !isSameIpv6(packet.ipv6, DESTINATION, this.#address)) return;
    if (isBubble(packet.ipv6) && from === this.#primary) return this.#answer(packet, sink);
    this.#receive(packet.ipv6, from, now, sink);
  }

  /** The address, while there is one. */
  status(): Uint8Array | undefined {
    return this.#address;
  }

  #qualify({ origin }: TeredoPacket, from: Endpoint, now: number, sink: WindowsSink): void {
    if (origin === undefined || this.#address !== undefined) return;
    if (from === this.#primary && this.#first === undefined) {
      this.#first = origin;
      this.#nextAt = now;
      return this.handleTimer(now, sink);
    }
    if (from !== this.#secondary || this.#first === undefined) return;
    const flags = getU16(randomBytes(this.#random, 2), 0) & RANDOM_FLAGS;
    const server = addressOf(this.#primary);
    // Behind a symmetric NAT the first mapping counts (RFC 6081 §5.2).
    this.#address = encodeTeredoAddress({ server, flags, mapping: this.#first });
    this.#nextAt = now + REFRESH;
    sink.event({ type: "qualified", address: this.#address });
  }

  /**
   * RFC 4380 §5.2.3 as Windows does it: at the origin, to the source, with the nonce if there was
   * one.
   */
  #answer({ ipv6, origin, trailers }: TeredoPacket, sink: WindowsSink): void {
    const to = isTeredo(ipv6, SOURCE) ? mappingOf(ipv6, SOURCE) : origin;
    const parsed = parseTrailers(trailers);
    if (to === undefined || typeof parsed === "string") return;
    const bubble = encodeBubble(this.#address!, sourceOf(ipv6), HOP_LIMIT);
    sink.datagram(to, "service", withTrailers(bubble, { nonce: parsed.nonce }));
  }

  #receive(ipv6: Uint8Array, from: Endpoint, now: number, sink: WindowsSink): void {
    const peer = this.#peer(ipv6, SOURCE);
    const isAnswer = peer.test !== undefined && isEchoReply(ipv6) &&
      echoDataOf(ipv6).toHex() === peer.test.toHex();
    if (isAnswer) return this.#found(peer, from, now, sink);
    const isProved = isTeredo(ipv6, SOURCE)
      ? mappingOf(ipv6, SOURCE) === from
      : peer.place === from;
    if (!isProved) {
      // Case 6: a native host has to prove where it is. A Teredo client elsewhere is not believed.
      if (isTeredo(ipv6, SOURCE) || isBubble(ipv6)) return;
      peer.held.push({ packet: ipv6.slice(), from });
      return this.#test(peer, sink);
    }
    this.#found(peer, from, now, sink);
    if (!isBubble(ipv6)) sink.packet(ipv6);
  }

  #found(peer: Peer, from: Endpoint, now: number, sink: WindowsSink): void {
    peer.place = from;
    peer.heardAt = now;
    peer.test = undefined;
    for (const packet of peer.waiting.splice(0)) sink.datagram(from, "service", packet);
    for (const { packet, from: place } of peer.held.splice(0)) {
      if (place === from) sink.packet(packet);
    }
  }

  /** A bubble and an echo request, both through the server. */
  #test(peer: Peer, sink: WindowsSink): void {
    if (peer.test !== undefined) return;
    peer.test = randomBytes(this.#random, 4);
    const echo = encodeEcho({
      type: Icmpv6Type.ECHO_REQUEST,
      source: this.#address!,
      destination: peer.address,
      identifier: getU16(randomBytes(this.#random, 2), 0),
      sequence: getU16(randomBytes(this.#random, 2), 0),
      data: peer.test,
      hopLimit: HOP_LIMIT,
    });
    const bubble = encodeBubble(this.#address!, peer.address, HOP_LIMIT);
    for (const packet of [bubble, echo]) sink.datagram(this.#primary, "service", packet);
  }

  #bubble(peer: Peer, sink: WindowsSink): void {
    const bubble = encodeBubble(this.#address!, peer.address, HOP_LIMIT);
    const server = endpoint(serverOf(peer.address), TEREDO_PORT);
    for (const to of [mappingOf(peer.address), server]) sink.datagram(to, "service", bubble);
  }

  #peer(ipv6: Uint8Array, offset: number): Peer {
    const key = formatIpv6(ipv6, offset);
    const known = this.#peers.get(key);
    if (known !== undefined) return known;
    const peer: Peer = {
      address: ipv6.slice(offset, offset + 16),
      place: undefined,
      heardAt: -Infinity,
      test: undefined,
      waiting: [],
      held: [],
    };
    this.#peers.set(key, peer);
    return peer;
  }
}
