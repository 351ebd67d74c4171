/**
 * How a client finds the way to a peer: bubbles to another Teredo client (RFC 4380 §5.2.4 case 5,
 * §5.2.6), first on our own link (case 3), and the connectivity test for a native IPv6 host (case 2,
 * §5.2.9).
 *
 * @module
 */

import { TEREDO_PORT } from "../protocol/constants.ts";
import type { QueueBudget } from "../protocol/packet_queue.ts";
import { PeerSearch, type PeerSink } from "../protocol/peer_search.ts";
import { type Random, randomBytes } from "../protocol/random.ts";
import { TokenBucket } from "../protocol/token_bucket.ts";
import { encodeBubble } from "../wire/bubble.ts";
import { type Endpoint, endpoint } from "../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../wire/icmpv6.ts";
import { getU16 } from "../wire/octets.ts";
import { isTeredo, mappingOf, serverOf } from "../wire/teredo_address.ts";
import { CLIENT_DEFAULTS, type ClientConfig } from "./client_config.ts";
import { ClientPeer } from "./client_peer.ts";
import type { LocalDiscovery } from "./local_discovery.ts";

/** Octets of data in a connectivity test: 128 random bits, where §5.2.9 asks for 64. */
const TEST_DATA_LENGTH = 16;

/** Who the client is while it is qualified. */
export interface Identity {
  /** The client's Teredo address, 16 octets. */
  readonly address: Uint8Array;
  /** The server that carries connectivity tests. */
  readonly server: Endpoint;
}

/** Told of each packet that waited for a peer that was not found. */
export type UndeliverableHandler = (packet: Uint8Array, now: number, sink: PeerSink) => void;

/** The peers of a client. Searches only while there is a {@linkcode self}. */
export class ClientSearch extends PeerSearch<ClientPeer> {
  /** The client's identity while it is qualified. */
  self: Identity | undefined;
  readonly #random: Random;
  readonly #tests: TokenBucket;
  readonly #inducedTests: TokenBucket;
  readonly #discovery: LocalDiscovery | undefined;
  readonly #onUndeliverable: UndeliverableHandler;

  constructor(
    config: ClientConfig,
    discovery: LocalDiscovery | undefined,
    onUndeliverable: UndeliverableHandler,
  ) {
    const { maxPeers, queuePerPeer, queueTotal, testRate } = CLIENT_DEFAULTS;
    const limits = {
      maxPeers: config.maxPeers ?? maxPeers,
      queuePerPeer: config.queuePerPeer ?? queuePerPeer,
      queueTotal: config.queueTotal ?? queueTotal,
    };
    super(limits, config.random);
    this.#random = config.random;
    this.#tests = new TokenBucket(config.testRate ?? testRate);
    this.#inducedTests = new TokenBucket(config.testRate ?? testRate);
    this.#discovery = discovery;
    this.#onUndeliverable = onUndeliverable;
  }

  override found(peer: ClientPeer, mapping: Endpoint, now: number, sink: PeerSink): void {
    super.found(peer, mapping, now, sink);
    peer.endTest();
    for (const { packet, from } of peer.takeHeld()) {
      if (from === mapping) {
        peer.octetsReceived += packet.length;
        sink.packet(packet);
      } else {
        sink.drop("peer_not_trusted");
      }
    }
  }

  /** A bubble straight to `to`, if the limits allow one to this peer. */
  sendDirectBubble(peer: ClientPeer, to: Endpoint, now: number, sink: PeerSink): void {
    if (this.self === undefined || !peer.mayBubble(now)) return;
    peer.bubbled(now);
    sink.datagram(to, "service", encodeBubble(this.self.address, peer.address));
  }

  protected override newPeer(address: Uint8Array, now: number, budget: QueueBudget): ClientPeer {
    return new ClientPeer(address, now, budget);
  }

  protected override attempt(peer: ClientPeer, now: number, sink: PeerSink): boolean {
    if (this.self === undefined) return false;
    return isTeredo(peer.address)
      ? this.#sendBubbles(peer, this.self, now, sink)
      : this.#sendTest(peer, this.self, now, sink);
  }

  protected override undeliverable(packet: Uint8Array, now: number, sink: PeerSink): void {
    this.#onUndeliverable(packet, now, sink);
  }

  protected override giveUp(peer: ClientPeer, now: number, sink: PeerSink): void {
    super.giveUp(peer, now, sink);
    peer.forgetLocal();
    for (const _ of peer.takeHeld()) sink.drop("peer_not_trusted");
  }

  /**
   * A direct bubble to open our NAT, an indirect one to make the peer open its own. To a neighbour, a
   * direct one that it answers if it knows us, and our announcement, so that it does.
   */
  #sendBubbles(peer: ClientPeer, self: Identity, now: number, sink: PeerSink): boolean {
    // Too soon after the last transmission passes by itself; too many bubbles does not.
    if (!peer.mayBubble(now)) return peer.mayBubbleLater(now);
    const bubble = encodeBubble(self.address, peer.address);
    peer.bubbled(now);
    const local = peer.localAt(now);
    if (local !== undefined) {
      sink.datagram(local, "service", bubble);
      this.#discovery?.announce(now, sink);
      return true;
    }
    sink.datagram(mappingOf(peer.address), "service", bubble);
    sink.datagram(endpoint(serverOf(peer.address), TEREDO_PORT), "service", bubble);
    return true;
  }

  /** An echo request through the server; the answer comes through the host's nearest relay. */
  #sendTest(peer: ClientPeer, self: Identity, now: number, sink: PeerSink): boolean {
    peer.attempts++;
    // All tests together are limited, or packets from forged sources would make us ping the world.
    // Those that they induce have a limit of their own, or they would cut the host off.
    const tests = peer.outgoing.isEmpty ? this.#inducedTests : this.#tests;
    if (!tests.take(now)) {
      sink.drop("rate_limited");
      return true;
    }
    const data = peer.testData(now, () => randomBytes(this.#random, TEST_DATA_LENGTH));
    const label = randomBytes(this.#random, 4);
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
}
