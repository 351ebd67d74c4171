/**
 * Finding the way to a peer: bubbles to another Teredo client (RFC 4380 §5.2.4 case 5, §5.2.6),
 * the connectivity test for a native IPv6 host (§5.2.4 case 2, §5.2.9).
 *
 * @module
 */

import { Attempts } from "../protocol/attempts.ts";
import { MAX_ATTEMPTS, TEREDO_PORT } from "../protocol/constants.ts";
import { QueueBudget } from "../protocol/packet_queue.ts";
import { PeerTable } from "../protocol/peer_table.ts";
import { randomBytes } from "../protocol/random.ts";
import { TokenBucket } from "../protocol/token_bucket.ts";
import { encodeBubble } from "../wire/bubble.ts";
import { type Endpoint, endpoint } from "../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../wire/icmpv6.ts";
import { getU16, getU32 } from "../wire/octets.ts";
import { isTeredo, mappingOf, serverOf } from "../wire/teredo_address.ts";
import { CLIENT_DEFAULTS, type ClientConfig } from "./client_config.ts";
import { ClientPeer } from "./client_peer.ts";
import type { ClientSink } from "./qualification.ts";

/** Octets of data in a connectivity test: 128 random bits, where §5.2.9 asks for 64. */
const TEST_DATA_LENGTH = 16;

/** What a search needs to know of the client while it is qualified. */
export interface Identity {
  /** The client's Teredo address, 16 octets. */
  readonly address: Uint8Array;
  /** The server that carries connectivity tests. */
  readonly server: Endpoint;
}

/** Told of each packet that waited for a peer that was not found. */
export type UnreachableHandler = (packet: Uint8Array, now: number, sink: ClientSink) => void;

/** The peers of a client, and the searches for those that cannot be reached at the moment. */
export class PeerSearch {
  readonly peers: PeerTable<ClientPeer>;
  readonly #config: ClientConfig;
  readonly #budget: QueueBudget;
  readonly #attempts = new Attempts<ClientPeer>();
  readonly #tests: TokenBucket;
  readonly #onUnreachable: UnreachableHandler;

  constructor(config: ClientConfig, onUnreachable: UnreachableHandler) {
    const { random } = config;
    this.#config = config;
    this.#onUnreachable = onUnreachable;
    const seed = getU32(randomBytes(random, 4), 0);
    this.peers = new PeerTable(config.maxPeers ?? CLIENT_DEFAULTS.maxPeers, seed);
    this.#budget = new QueueBudget(
      config.queuePerPeer ?? CLIENT_DEFAULTS.queuePerPeer,
      config.queueTotal ?? CLIENT_DEFAULTS.queueTotal,
    );
    this.#tests = new TokenBucket(config.testRate ?? CLIENT_DEFAULTS.testRate);
  }

  /** Forgets all peers and what waits for them: the client's address is another one. */
  clear(): void {
    for (const peer of this.peers) this.#forget(peer);
    this.peers.clear();
    this.#attempts.clear();
  }

  /** The peer whose address stands at `offset`; a new entry if there is none. */
  entry(bytes: Uint8Array, offset: number, now: number): ClientPeer {
    const known = this.peers.use(bytes, offset);
    if (known !== undefined) return known;
    const peer = new ClientPeer(bytes.subarray(offset, offset + 16), now, this.#budget);
    const evicted = this.peers.add(peer);
    if (evicted !== undefined) this.#forget(evicted);
    return peer;
  }

  /** Whether an answer of the peer is being waited for. */
  isSearching(peer: ClientPeer): boolean {
    return this.#attempts.has(peer);
  }

  /** Begins to look for a peer, unless that is under way. */
  begin(peer: ClientPeer, self: Identity, now: number, sink: ClientSink): void {
    if (this.#attempts.has(peer)) return;
    peer.attempts = 0;
    // Who was not heard for long must prove where it is anew: the relay may be another one now.
    if (!peer.isReachable(now)) peer.distrust();
    if (!this.#attempt(peer, self, now, sink)) this.#giveUp(peer, now, sink);
  }

  /** The peer answered: it is at `mapping`, and what waited for it goes out, oldest first. */
  found(peer: ClientPeer, mapping: Endpoint, now: number, sink: ClientSink): void {
    const isNews = !peer.isReachable(now) || peer.mapping !== mapping;
    peer.trust(mapping, now);
    peer.endTest();
    this.#attempts.end(peer);
    if (isNews) sink.event({ type: "peer_reached", peer: peer.address, mapping });
    for (const packet of peer.outgoing.take()) {
      peer.lastTransmission = now;
      peer.octetsSent += packet.length;
      sink.datagram(mapping, "service", packet);
    }
    for (const { packet, from } of peer.takeHeld()) {
      if (from === mapping) sink.packet(packet);
      else sink.drop("peer_not_trusted");
    }
  }

  /** When {@linkcode handleTimer} is due. */
  nextTimer(): number {
    return this.#attempts.next();
  }

  /** Repeats the attempts whose answer did not come, or gives up. */
  handleTimer(self: Identity, now: number, sink: ClientSink): void {
    for (const peer of this.#attempts.takeDue(now)) {
      if (peer.attempts < MAX_ATTEMPTS && this.#attempt(peer, self, now, sink)) continue;
      sink.event({ type: "peer_unreachable", peer: peer.address });
      this.#giveUp(peer, now, sink);
    }
  }

  /** A bubble straight to `to`, if the limits allow one to this peer. */
  sendDirectBubble(
    peer: ClientPeer,
    to: Endpoint,
    self: Identity,
    now: number,
    sink: ClientSink,
  ): void {
    if (!peer.mayBubble(now)) return;
    peer.bubbled(now);
    sink.datagram(to, "service", encodeBubble(self.address, peer.address));
  }

  /** @returns whether an answer may come */
  #attempt(peer: ClientPeer, self: Identity, now: number, sink: ClientSink): boolean {
    const may = isTeredo(peer.address)
      ? this.#sendBubbles(peer, self, now, sink)
      : this.#sendTest(peer, self, now, sink);
    if (may) this.#attempts.await(peer, now);
    return may;
  }

  /** A direct bubble to open our NAT, an indirect one to make the peer open its own. */
  #sendBubbles(peer: ClientPeer, self: Identity, now: number, sink: ClientSink): boolean {
    if (!peer.mayBubble(now)) {
      // Too soon after the last transmission passes by itself; too many bubbles does not.
      return peer.mayBubbleLater(now);
    }
    const bubble = encodeBubble(self.address, peer.address);
    peer.bubbled(now);
    sink.datagram(mappingOf(peer.address), "service", bubble);
    sink.datagram(endpoint(serverOf(peer.address), TEREDO_PORT), "service", bubble);
    return true;
  }

  /** An echo request through the server; the answer comes through the host's nearest relay. */
  #sendTest(peer: ClientPeer, self: Identity, now: number, sink: ClientSink): boolean {
    peer.attempts++;
    // All tests together are limited, or packets from forged sources would make us ping the world.
    if (!this.#tests.take(now)) {
      sink.drop("rate_limited");
      return true;
    }
    const { random } = this.#config;
    const data = peer.testData(now, () => randomBytes(random, TEST_DATA_LENGTH));
    const label = randomBytes(random, 4);
    const echo = encodeEcho({
      type: Icmpv6Type.ECHO_REQUEST,
      source: self.address,
      destination: peer.address,
      identifier: getU16(label, 0),
      sequence: getU16(label, 2),
      data,
    });
    peer.lastTransmission = now;
    sink.datagram(self.server, "service", echo);
    return true;
  }

  /** The next packet for the peer starts another search, within the limits of bubbles. */
  #giveUp(peer: ClientPeer, now: number, sink: ClientSink): void {
    for (const packet of peer.outgoing.take()) {
      sink.drop("peer_unreachable");
      this.#onUnreachable(packet, now, sink);
    }
    for (const _ of peer.takeHeld()) sink.drop("peer_not_trusted");
  }

  #forget(peer: ClientPeer): void {
    this.#attempts.end(peer);
    peer.outgoing.take();
  }
}
