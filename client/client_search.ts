/**
 * How a client finds the way to a peer: bubbles to another Teredo client (RFC 4380 §5.2.4 case 5,
 * §5.2.6), first on our own link (case 3), and the connectivity test for a native IPv6 host (case 2,
 * §5.2.9).
 *
 * @module
 */

import { PeerSearch, type PeerSink, type UndeliverableHandler } from "../protocol/peer_search.ts";
import { type Random, randomBytes } from "../protocol/random.ts";
import { TokenBucket } from "../protocol/token_bucket.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../wire/icmpv6.ts";
import { getU16 } from "../memory/octets.ts";
import { mappingOf } from "../wire/teredo_address.ts";
import { AlternateAddresses } from "./traversal/alternate_addresses.ts";
import { Bubbles } from "./traversal/bubbles.ts";
import { CLIENT_DEFAULTS, type ClientConfig } from "./client_config.ts";
import { ClientPeer } from "./client_peer.ts";
import { DOUBT_AFTER, MAX_SOLICITATIONS } from "./timing.ts";
import type { LocalDiscovery } from "./traversal/local_discovery.ts";

/** Octets of data in a connectivity test: 128 random bits, where §5.2.9 asks for 64. */
const TEST_DATA_LENGTH = 16;

/** The client's identity while it is qualified. */
export interface Identity {
  /** The client's Teredo address, 16 octets. */
  readonly address: Uint8Array;
  /** The server that carries connectivity tests. */
  readonly server: Endpoint;
}

/** The peers of a client. Searches only while there is a {@linkcode self}. */
export class ClientSearch extends PeerSearch<ClientPeer> {
  readonly bubbles: Bubbles;
  readonly alternates: AlternateAddresses;
  #self: Identity | undefined;
  readonly #random: Random;
  readonly #tests: TokenBucket;
  readonly #inducedTests: TokenBucket;
  readonly #discovery: LocalDiscovery | undefined;
  readonly #reducesLoad: boolean;
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
      // Everything that waits is the host's own.
      hasManySources: false,
    };
    super(ClientPeer, limits, config.random);
    this.alternates = new AlternateAddresses(config.localEndpoint, config.globalUnicast);
    const hasNonces = config.symmetricNatSupport ?? true;
    this.bubbles = new Bubbles(config.random, this.alternates, hasNonces);
    this.#random = config.random;
    this.#tests = new TokenBucket(config.testRate ?? testRate);
    this.#inducedTests = new TokenBucket(config.testRate ?? testRate);
    this.#discovery = discovery;
    this.#reducesLoad = config.serverLoadReduction ?? false;
    this.#onUndeliverable = onUndeliverable;
  }

  /** The client's identity while it is qualified. */
  get self(): Identity | undefined {
    return this.#self;
  }

  set self(self: Identity | undefined) {
    this.#self = self;
    this.bubbles.self = this.alternates.self = self?.address;
  }

  override found(peer: ClientPeer, mapping: Endpoint, now: number, sink: PeerSink): void {
    super.found(peer, mapping, now, sink);
    for (const { packet, from } of peer.endTrial()) {
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
    if (peer.mayBubble(now)) this.#sendDirect(peer, to, now, sink);
  }

  /**
   * A bubble straight to `to` however recent the last one was, because it brings the peer news. Only the
   * limit on unanswered bubbles holds (§5.2.6).
   */
  sendUrgentBubble(peer: ClientPeer, to: Endpoint, now: number, sink: PeerSink): void {
    if (peer.hasBubbleBudget(now)) this.#sendDirect(peer, to, now, sink);
  }

  /** Answers a peer's solicitation: we are still here, RFC 6081 §5.7.4.2. */
  advertise(peer: ClientPeer, now: number, sink: PeerSink): void {
    if (!peer.mayBubble(now)) return;
    peer.bubbled(now);
    this.bubbles.sendDirect(peer, peer.mapping, sink, "advertisement");
  }

  /** A bubble straight to `to` opens our NAT, an indirect one makes the peer open its own. */
  sendBothBubbles(peer: ClientPeer, to: Endpoint, now: number, sink: PeerSink): void {
    this.#sendDirect(peer, to, now, sink);
    this.bubbles.sendIndirect(peer, now, sink);
  }

  /** Whether it is time to find out if a native host is still behind the relay that we know. */
  doubts(peer: ClientPeer, now: number): boolean {
    return peer.unansweredFor(now) >= DOUBT_AFTER && !peer.isTeredo &&
      !this.isSearching(peer);
  }

  protected override attempt(peer: ClientPeer, now: number, sink: PeerSink): boolean {
    if (this.self === undefined) return false;
    return peer.isTeredo
      ? this.#sendBubbles(peer, now, sink)
      : this.#sendTest(peer, this.self, now, sink);
  }

  protected override undeliverable(packet: Uint8Array, now: number, sink: PeerSink): void {
    this.#onUndeliverable(packet, now, sink);
  }

  protected override giveUp(peer: ClientPeer, now: number, sink: PeerSink): void {
    super.giveUp(peer, now, sink);
    if (peer.unansweredFor(now) >= DOUBT_AFTER) peer.distrust();
    peer.forgetPlaces();
    for (const _ of peer.takeHeld()) sink.drop("peer_not_trusted");
  }

  /** To where the peer should be and, until it is met, wherever else it may be, RFC 6081 §5.6.4.2. */
  #sendDirect(peer: ClientPeer, to: Endpoint, now: number, sink: PeerSink): void {
    peer.bubbled(now);
    this.bubbles.sendDirect(peer, to, sink);
    if (peer.isReachable(now)) return;
    for (const alternate of peer.alternates) this.bubbles.sendDirect(peer, alternate, sink);
  }

  /**
   * A neighbour gets a bubble that it answers if it knows us, and our announcement so that it does. A
   * peer that fell silent gets a solicitation where it was (RFC 6081 §5.7.4.1). Any other gets a direct
   * and an indirect bubble.
   */
  #sendBubbles(peer: ClientPeer, now: number, sink: PeerSink): boolean {
    // Too soon after the last transmission passes with time; too many bubbles does not.
    if (!peer.mayBubble(now)) return peer.hasBubbleBudget(now);
    const local = peer.localAt(now);
    const { lastPlace } = peer;
    if (local !== undefined) {
      this.sendDirectBubble(peer, local, now, sink);
      this.#discovery?.announce(now, sink);
    } else if (lastPlace !== undefined && this.#reducesLoad && peer.attempts < MAX_SOLICITATIONS) {
      peer.bubbled(now);
      this.bubbles.sendDirect(peer, lastPlace, sink, "solicitation");
    } else {
      this.sendBothBubbles(peer, mappingOf(peer.address), now, sink);
    }
    return true;
  }

  /** An echo request through the server; the answer comes through the host's nearest relay. */
  #sendTest(peer: ClientPeer, self: Identity, now: number, sink: PeerSink): boolean {
    peer.attempts++;
    // All tests together are limited, or packets from forged sources would make us ping the world. Tests
    // that such packets induce have their own limit, or they would block those of the host.
    const tests = peer.isAwaited ? this.#tests : this.#inducedTests;
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
