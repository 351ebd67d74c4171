/**
 * A client with a recording sink and its own clock, and the server that it talks to.
 *
 * @module
 */

import { Client } from "../../client/client.ts";
import type { ClientConfig, ServerAddresses } from "../../client/client_config.ts";
import type { ClientEvent } from "../../client/client_event.ts";
import type { PeerStatus } from "../../client/client_status.ts";
import type { ClientSocket } from "../../client/client_sink.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import type { DropReason } from "../../protocol/drop_reason.ts";
import type { Random } from "../../protocol/random.ts";
import type { Authentication } from "../../wire/authentication.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint, formatEndpoint } from "../../wire/endpoint.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { echoDataOf, encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import { destinationOf, NextHeader, sourceOf, writeIpv6Header } from "../../wire/ipv6_header.ts";
import { encodeRouterAdvertisement, isRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { CONE_FLAG, encodeTeredoLinkLocal, teredoPrefix } from "../../wire/teredo_address.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { encodeTrailers, parseTrailers, type Trailers } from "../../wire/trailers.ts";
import { RecordingSink, type SentDatagram } from "../recording_sink.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { ACTORS, hex } from "../vectors/vectors.ts";

/** Server S1. */
export const S1: ServerAddresses = { primary: ACTORS.s1, secondary: ACTORS.s1Secondary };

/** Server S2. */
export const S2: ServerAddresses = {
  primary: ACTORS.s2,
  secondary: ipv4Address(ACTORS.s2 + 1),
};

/** The port of a server's primary or secondary address. */
export function portOf(server: ServerAddresses, which: keyof ServerAddresses): Endpoint {
  return endpoint(server[which], TEREDO_PORT);
}

/** What the vectors drew at random: flags, authentication nonce, echo data, echo label. */
const DRAWN = [hex("385c"), ACTORS.nonce, hex("0f1e2d3c4b5a69788796a5b4c3d2e1f0"), hex("7e1ed0d0")];

/** Randomness that repeats the vectors', told apart by the number of octets; otherwise `flags`. */
export function vectorRandom(flags = hex("385c")): Random {
  return (bytes) => {
    const drawn = [flags, ...DRAWN].find(({ length }) => length === bytes.length);
    if (drawn === undefined) throw new TypeError(`The vectors drew no ${bytes.length} octets`);
    bytes.set(drawn);
  };
}

/** What a server's answer may say instead of what is right. */
export interface AnswerOptions {
  /** The mapping; `null` for no origin indication. */
  readonly mapping?: Endpoint | null;
  readonly from?: Endpoint;
  readonly authentication?: Authentication | undefined;
  /** Changes the Router Advertisement. */
  readonly alter?: (advertisement: Uint8Array<ArrayBuffer>) => Uint8Array;
  readonly mtu?: number;
  /** Whose prefix is advertised. */
  readonly server?: ServerAddresses;
  readonly via?: ClientSocket;
}

/** A client under test. Each action forgets what the actions before brought about. */
export class ClientFixture {
  readonly sink = new RecordingSink<ClientSocket, ClientEvent>();
  readonly client: Client;
  readonly mapping: Endpoint;
  now = 1_000_000;

  constructor(
    config: Partial<ClientConfig> = {},
    mapping: Endpoint = ACTORS.a,
    make: (config: ClientConfig) => Client = (whole) => new Client(whole),
  ) {
    this.mapping = mapping;
    this.client = make({
      servers: [S1],
      globalUnicast: new GlobalUnicast("rfc4380"),
      random: seededRandom("client"),
      ...config,
    });
  }

  /** Client A of the vectors, qualified. */
  static a(
    config: Partial<ClientConfig> = {},
    make?: (config: ClientConfig) => Client,
  ): ClientFixture {
    return new ClientFixture({ random: vectorRandom(), ...config }, ACTORS.a, make).qualify();
  }

  /** Client B of the vectors, qualified at S2. */
  static b(config: Partial<ClientConfig> = {}): ClientFixture {
    const random = vectorRandom(hex("1ca7"));
    return new ClientFixture({ servers: [S2], random, ...config }, ACTORS.b).qualify();
  }

  /** Goes through the qualification. */
  qualify(): this {
    return this.wait(0).answer().answer();
  }

  /** Lets time pass, timers included. */
  wait(milliseconds: number): this {
    return this.#waitUntil(this.now + milliseconds);
  }

  /** Lets time pass until the client's next timer has gone off. */
  waitForTimer(): this {
    return this.#waitUntil(Math.max(this.now, this.client.nextTimer()));
  }

  /** Lets time pass while the server answers every solicitation, and forgets what happened. */
  pass(milliseconds: number): this {
    this.record(milliseconds);
    return this;
  }

  /** Does the same, and returns what was sent by timers meanwhile: the time, and each datagram. */
  record(milliseconds: number): [time: number, SentDatagram<ClientSocket>][] {
    const until = this.now + milliseconds;
    const sent: [number, SentDatagram<ClientSocket>][] = [];
    while (this.client.nextTimer() <= until) {
      const { solicitations, sink } = this.waitForTimer();
      for (const each of sink.datagrams) sent.push([this.now, each]);
      for (const each of solicitations) this.answerTo(each);
    }
    this.#waitUntil(until);
    return sent;
  }

  /** Lets time pass until something is reported. */
  waitFor(type: ClientEvent["type"]): this {
    for (let timers = 0; timers < 10_000; timers++) {
      if (this.waitForTimer().events.includes(type)) return this;
    }
    throw new Error(`The client does not report ${type}`);
  }

  /** A datagram comes in. */
  receive(payload: Uint8Array, from: Endpoint, via: ClientSocket = "service"): this {
    this.sink.clear();
    this.client.handleDatagram(payload, from, via, this.now, this.sink);
    return this;
  }

  /** The host sends a packet. */
  send(packet: Uint8Array): this {
    this.sink.clear();
    this.client.handlePacket(packet, this.now, this.sink);
    return this;
  }

  /** Client B proves that it is where its address says. */
  meetB(): this {
    const { addressOfB, b } = ACTORS;
    const self = this.client.status(this.now).address!;
    this.send(packet(self, addressOfB));
    const nonce = this.sink.datagrams.flatMap(({ bytes }) => {
      const parsed = parseTeredoPacket(bytes);
      const trailers = typeof parsed === "string" ? {} : parseTrailers(parsed.trailers) as Trailers;
      return trailers.nonce === undefined ? [] : [trailers.nonce];
    }).at(-1)!;
    const ipv6 = encodeBubble(addressOfB, self);
    return this.receive(encodeTeredoPacket({ ipv6, trailers: encodeTrailers({ nonce }) }), b);
  }

  /** The server answers the last solicitation of the last action. */
  answer(options: AnswerOptions = {}): this {
    const sent = this.solicitations.at(-1);
    if (sent === undefined) throw new TypeError("There is no solicitation to answer");
    return this.answerTo(sent, options);
  }

  /** The server answers a solicitation. */
  answerTo(sent: SentDatagram<ClientSocket>, options: AnswerOptions = {}): this {
    const { from = sent.to, via = sent.via } = options;
    return this.receive(this.answerFor(sent, options), from, via);
  }

  /** The server's answer to a solicitation. */
  answerFor({ bytes }: SentDatagram<ClientSocket>, options: AnswerOptions = {}): Uint8Array {
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string") throw new TypeError(packet);
    const { mapping = this.mapping, alter = (it) => it, mtu } = options;
    const { primary } = options.server ?? this.client.status(this.now).server;
    const advertisement = encodeRouterAdvertisement({
      source: encodeTeredoLinkLocal(CONE_FLAG, endpoint(primary, TEREDO_PORT)),
      destination: sourceOf(packet.ipv6),
      prefix: teredoPrefix(primary),
      ...(mtu === undefined ? {} : { mtu }),
    });
    const authentication = "authentication" in options
      ? options.authentication
      : packet.authentication;
    const origin = mapping ?? undefined;
    return encodeTeredoPacket({ authentication, origin, ipv6: alter(advertisement) });
  }

  #waitUntil(until: number): this {
    this.sink.clear();
    for (let wakes = 0; this.client.nextTimer() <= until; wakes++) {
      if (wakes > 10_000) throw new Error("The client wants its timer over and over");
      this.now = Math.max(this.now, this.client.nextTimer());
      this.client.handleTimer(this.now, this.sink);
    }
    this.now = until;
    return this;
  }

  /** The Router Solicitations among the datagrams of the last action. */
  get solicitations(): SentDatagram<ClientSocket>[] {
    return this.sink.datagrams.filter(({ bytes }) => {
      const packet = parseTeredoPacket(bytes);
      return typeof packet !== "string" && isRouterSolicitation(packet.ipv6);
    });
  }

  /** Where the datagrams of the last action went. */
  get targets(): string[] {
    return this.sink.datagrams.map(({ to }) => formatEndpoint(to));
  }

  /** Why the last action's packet was dropped, if it was. */
  get dropped(): DropReason | undefined {
    return this.sink.drops[0];
  }

  get state(): string {
    return this.client.status(this.now).state;
  }

  /** The Teredo address as text. */
  get address(): string | undefined {
    const { address } = this.client.status(this.now);
    return address && formatIpv6(address);
  }

  /** What the client knows of a peer. */
  peer(address: Uint8Array): PeerStatus | undefined {
    const { peers } = this.client.status(this.now);
    return peers.find((peer) => formatIpv6(peer.address) === formatIpv6(address));
  }

  /** The events of the last action, by their types. */
  get events(): string[] {
    return this.sink.events.map(({ type }) => type);
  }
}

/** An IPv6 packet of UDP, or of another next header, with a payload of so many octets. */
export function packet(
  source: Uint8Array,
  destination: Uint8Array,
  payloadLength = 8,
  nextHeader: number = NextHeader.UDP,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(40 + payloadLength);
  writeIpv6Header(bytes, { payloadLength, nextHeader, hopLimit: 64, source, destination });
  return bytes;
}

/** The answer of a native host to the connectivity test that went out last. */
export function replyTo(fixture: ClientFixture): Uint8Array {
  const test = fixture.sink.datagrams.at(-1)!.bytes;
  return encodeEcho({
    type: Icmpv6Type.ECHO_REPLY,
    source: destinationOf(test),
    destination: sourceOf(test),
    identifier: 0,
    sequence: 0,
    data: echoDataOf(test),
  });
}
