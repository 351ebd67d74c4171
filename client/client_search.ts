/**
 * How a client finds the way to a peer: bubbles to another Teredo client (RFC 4380 §5.2.4 case 5,
 * §5.2.6), first on our own link (case 3), and the connectivity test for a native IPv6 host (case
 * 2, §5.2.9).
 *
 * @module
 */

import { PeerSearch, type UndeliverableHandler } from "../protocol/peers/peer_search.ts";
import { type Random, randomBytes } from "../protocol/random.ts";
import { MAX_ATTEMPTS } from "../protocol/constants.ts";
import { TokenBucket } from "../protocol/token_bucket.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../wire/icmpv6.ts";
import { getU16 } from "../memory/octets.ts";
import { SOURCE } from "../wire/ipv6_header.ts";
import { isTeredo, mappingOf } from "../wire/teredo_address.ts";
import type { Qualification } from "./qualification/qualification.ts";
import { AlternateAddresses } from "./traversal/alternate_addresses.ts";
import { Bubbles } from "./traversal/bubbles.ts";
import { CLIENT_DEFAULTS, type ClientConfig } from "./client_config.ts";
import { extensionsOf } from "./extensions.ts";
import { ClientPeer } from "./client_peer.ts";
import type { ClientSink, ClientSocket } from "./client_sink.ts";
import {
  DOUBT_AFTER,
  MAX_SOLICITATIONS,
  PERSISTENT_ANSWER_SPACING,
  STRANGERS_RATE,
} from "./timing.ts";
import { EchoTests } from "./traversal/echo_tests.ts";
import { GatewayPath } from "./traversal/gateway_path.ts";
import type { LocalDiscovery } from "./traversal/local_discovery.ts";
import { MappedPort } from "./traversal/mapped_port.ts";
import type { OwnNat } from "./traversal/own_nat.ts";
import { RandomPorts } from "./traversal/random_ports.ts";
import { type Way, waysInTurn } from "./traversal/ways.ts";
import { type PostponedBubble, PostponedBubbles } from "./traversal/postponed_bubbles.ts";

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
export class ClientSearch extends PeerSearch<ClientPeer, ClientSink> {
  readonly bubbles: Bubbles;
  readonly alternates: AlternateAddresses;
  readonly mappedPort: MappedPort | undefined;
  readonly randomPorts: RandomPorts | undefined;
  readonly echoTests: EchoTests | undefined;
  readonly #postponed = new PostponedBubbles();
  #self: Identity | undefined;
  /**
   * Whether a gateway has answered since the client got its address, or a relay on the server's
   * socket, which may be one.
   */
  #hasGateway = false;
  readonly #random: Random;
  readonly #newClients = new TokenBucket(STRANGERS_RATE);
  readonly #newNativeHosts = new TokenBucket(STRANGERS_RATE);
  readonly #tests: TokenBucket;
  readonly #inducedTests: TokenBucket;
  readonly #discovery: LocalDiscovery | undefined;
  readonly #reducesLoad: boolean;
  readonly #onUndeliverable: UndeliverableHandler<ClientSink>;

  constructor(
    config: ClientConfig,
    nat: OwnNat,
    qualification: Qualification,
    discovery: LocalDiscovery | undefined,
    onUndeliverable: UndeliverableHandler<ClientSink>,
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
    const extensions = extensionsOf(config.extensions);
    this.alternates = new AlternateAddresses(nat, config);
    this.bubbles = new Bubbles(config.random, this.alternates, extensions.has("symmetric"));
    if (extensions.has("mapped-port")) this.mappedPort = new MappedPort(nat, this.alternates);
    if (extensions.has("port-preserving")) {
      const ports = this.randomPorts = new RandomPorts(nat, this.bubbles);
      if (extensions.has("sequential")) {
        this.echoTests = new EchoTests(
          nat,
          qualification,
          ports,
          this.bubbles,
          (...bubble) => this.bubbles.sendIndirect(...bubble),
        );
      }
    }
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
    this.#hasGateway = false;
    this.bubbles.self = this.alternates.self = self?.address;
    this.echoTests?.reset();
  }

  /**
   * The sender of a packet that came in: its entry, which is new if necessary, unless new ones come
   * too fast.
   */
  senderOf(ipv6: Uint8Array, now: number): ClientPeer | undefined {
    const known = this.peers.use(ipv6, SOURCE);
    if (known !== undefined) return known;
    const limit = isTeredo(ipv6, SOURCE) ? this.#newClients : this.#newNativeHosts;
    return limit.take(now) ? this.entry(ipv6, SOURCE, now) : undefined;
  }

  /** @param via the socket that it answered at */
  override found(
    peer: ClientPeer,
    mapping: Endpoint,
    now: number,
    sink: ClientSink,
    via: ClientSocket = "service",
  ): void {
    peer.via = via;
    super.found(peer, mapping, now, sink);
    this.randomPorts?.found(peer, now);
    if (via === "service") this.echoTests?.cancel(peer);
    if (!peer.isTeredo && mapping === this.#self?.server) this.#hasGateway = true;
    for (const { packet, from } of peer.endTrial()) {
      if (from === mapping) {
        peer.octetsReceived += packet.length;
        sink.packet(packet);
      } else {
        sink.drop("peer_not_trusted");
      }
    }
  }

  protected override sendQueue(peer: ClientPeer, now: number, sink: ClientSink): void {
    if (peer.isTeredo && peer.via === "service") {
      peer.sendTo(this.mappedPort?.placeOf(peer.address, peer.mapping));
    }
    for (const packet of this.endSearch(peer)) {
      peer.sent(packet.length, now);
      sink.datagram(peer.place, peer.via, packet);
    }
  }

  /** A bubble straight to `to`, as soon as the limits allow one to this peer. */
  sendDirectBubble(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    if (peer.mayBubble(now)) this.#sendDirect(peer, to, now, sink);
    else this.#postpone(peer, { kind: "direct", to }, now);
  }

  /**
   * A bubble straight to `to` however recent the last one was, because it brings the peer news.
   * Only the limit on unanswered bubbles holds (§5.2.6).
   */
  sendUrgentBubble(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    if (peer.hasBubbleBudget(now)) this.#sendDirect(peer, to, now, sink);
  }

  /** Answers a peer's solicitation: we are still here, RFC 6081 §5.7.4.2. */
  advertise(peer: ClientPeer, now: number, sink: ClientSink): void {
    if (!peer.mayBubble(now)) return this.#postpone(peer, { kind: "advertisement" }, now);
    peer.bubbled(now);
    this.bubbles.sendDiscovery(peer, "advertisement", sink);
  }

  /** What {@linkcode sendBothBubbles} sends, when the spacing of bubbles allows it. */
  postponeBothBubbles(peer: ClientPeer, to: Endpoint, now: number): void {
    this.#postpone(peer, { kind: "both", to }, now);
  }

  /** The same for the indirect one, after a direct one. */
  postponeIndirectBubble(peer: ClientPeer, now: number): void {
    this.#postpone(peer, { kind: "indirect" }, now);
  }

  /** A bubble straight to `to` opens our NAT, an indirect one makes the peer open its own. */
  sendBothBubbles(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    this.randomPorts?.prepare(peer, now, sink);
    this.#sendDirect(peer, to, now, sink);
    this.#sendIndirect(peer, now, sink);
  }

  /** The second of {@linkcode sendBothBubbles} alone. */
  sendIndirectBubble(peer: ClientPeer, now: number, sink: ClientSink): void {
    peer.bubbled(now);
    this.#sendIndirect(peer, now, sink);
  }

  /**
   * A gateway answered for a Teredo peer: what waited for it goes there.
   *
   * @param at the gateway's address and port
   */
  foundBehindGateway(peer: ClientPeer, at: Endpoint, now: number, sink: ClientSink): void {
    const isNews = !peer.isReachable(now) && !peer.isBehindGateway(now);
    this.#hasGateway = true;
    peer.attempts = 0;
    peer.endTrial();
    if (peer.gateway?.at === at) peer.gateway.heard(now);
    else peer.gateway = new GatewayPath(at, now);
    if (isNews) sink.event({ type: "peer_reached", peer: peer.address, mapping: at });
    for (const packet of this.endSearch(peer)) {
      peer.sentTo(at, packet, packet.length, now);
      sink.datagram(at, "service", packet);
    }
  }

  /**
   * Whether a peer that tries to reach us is answered though more bubbles than §5.2.6 allows had no
   * response: it is reached through a gateway meanwhile, by us or by itself, and tries to do
   * without.
   */
  isPersistent(peer: ClientPeer, now: number): boolean {
    if (!this.#hasGateway || peer.hasBubbleBudget(now)) return false;
    return peer.isBehindGateway(now) || now - peer.lastTransmission >= PERSISTENT_ANSWER_SPACING;
  }

  /** Whether the way to a peer needs a look before the next packet goes there. */
  isAttentionDue(peer: ClientPeer, now: number): boolean {
    return this.#doubts(peer, now) || this.#isTryDue(peer, now);
  }

  /** Finds out what {@linkcode isAttentionDue} wants to know, while packets go on. */
  attend(peer: ClientPeer, now: number, sink: ClientSink): void {
    if (this.#isTryDue(peer, now)) this.#tryDirect(peer, now, sink);
    if (this.#doubts(peer, now)) this.begin(peer, now, sink);
  }

  /**
   * Whether it is time to ask whether a peer is still behind the relay or gateway that it was
   * behind.
   */
  #doubts(peer: ClientPeer, now: number): boolean {
    if (this.isSearching(peer)) return false;
    if (!peer.isTeredo) return peer.unansweredFor(now) >= DOUBT_AFTER;
    return peer.gateway !== undefined && !peer.isReachable(now) &&
      peer.gateway.unansweredFor(now) >= DOUBT_AFTER;
  }

  #isTryDue(peer: ClientPeer, now: number): boolean {
    return peer.gateway !== undefined && peer.isBehindGateway(now) && peer.gateway.isTryDue(now);
  }

  /**
   * Bubbles to a peer that answers through a gateway, so that the limit of §5.2.6 does not apply.
   */
  #tryDirect(peer: ClientPeer, now: number, sink: ClientSink): void {
    peer.gateway?.tried(now);
    peer.lastTransmission = now;
    this.randomPorts?.prepare(peer, now, sink);
    this.#sendEverywhere(peer, mappingOf(peer.address), now, sink);
    this.mappedPort?.startOver(peer);
    this.#sendPlain(peer, now, sink);
  }

  /** An indirect bubble, with trailers. It may have to wait for an Echo Test. */
  #sendIndirect(peer: ClientPeer, now: number, sink: ClientSink): void {
    if (this.echoTests?.delays(peer, now, sink)) return;
    this.bubbles.sendIndirect(peer, now, sink);
  }

  /**
   * An indirect bubble without a trailer, because RFC 4380 §5.2.3 lets a client drop what has any.
   * Where there are trailers for the peer, or where it has sent some, they stay, except in the last
   * attempt: a peer that has itself had four bubbles in vain may answer nothing that comes from our
   * address (§5.2.6), and if two clients looked for each other at different times, neither would
   * ever find the other.
   */
  #sendPlain(peer: ClientPeer, now: number, sink: ClientSink): void {
    const { bubbles, alternates } = this;
    const knowsTrailers = peer.nonceReceived !== undefined || alternates.isNeighbour(peer.address);
    const isLast = peer.attempts >= MAX_ATTEMPTS;
    if ((knowsTrailers && !isLast) || !bubbles.hasNonces) this.#sendIndirect(peer, now, sink);
    else bubbles.sendProving(peer.address, now, sink);
  }

  override nextTimer(): number {
    return Math.min(
      super.nextTimer(),
      this.#postponed.nextTimer(),
      this.randomPorts?.nextTimer() ?? Infinity,
      this.echoTests?.nextTimer() ?? Infinity,
    );
  }

  override handleTimer(now: number, sink: ClientSink): void {
    super.handleTimer(now, sink);
    for (const [peer, bubble] of this.#postponed.takeDue(now)) {
      if (peer.index >= 0) this.#sendPostponed(peer, bubble, now, sink);
    }
    this.echoTests?.handleTimer(now, sink);
    this.randomPorts?.handleTimer(now, sink);
  }

  protected override attempt(peer: ClientPeer, now: number, sink: ClientSink): boolean {
    const { self } = this;
    if (self === undefined) return false;
    if (peer.isTeredo) return this.#lookForClient(peer, self, now, sink);
    peer.attempts++;
    // The host pays for its own tests, and strangers for those that they induce.
    if (!peer.isAwaited && !peer.takePaidTest() && !peer.isEstablished) return true;
    peer.lastTransmission = now;
    this.#sendTest(peer, self, now, sink);
    return true;
  }

  protected override undeliverable(packet: Uint8Array, now: number, sink: ClientSink): void {
    this.#onUndeliverable(packet, now, sink);
  }

  protected override giveUp(peer: ClientPeer, now: number, sink: ClientSink): void {
    super.giveUp(peer, now, sink);
    if (peer.unansweredFor(now) >= DOUBT_AFTER) peer.distrust();
    peer.gateway = undefined;
    peer.missed();
    for (const _ of peer.takeHeld()) sink.drop("peer_not_trusted");
  }

  protected override forget(peer: ClientPeer): void {
    this.#postponed.cancel(peer);
    this.echoTests?.cancel(peer);
    this.randomPorts?.close(peer);
    super.forget(peer);
  }

  /**
   * The spacing of bubbles forbids this one now; where their number does (§5.2.6), it stays unsent.
   */
  #postpone(peer: ClientPeer, bubble: PostponedBubble, now: number): void {
    // The search for the peer sends as much, and soon: both would spend the bubbles that it needs.
    if (this.isSearching(peer)) return;
    if (peer.hasBubbleBudget(now)) this.#postponed.add(peer, bubble);
  }

  /**
   * Sends what was put off. If it is too soon again, what was sent meanwhile has done as well if the
   * peer can be reached; otherwise that was less, and the bubble waits on.
   */
  #sendPostponed(peer: ClientPeer, bubble: PostponedBubble, now: number, sink: ClientSink): void {
    if (bubble.kind === "attempt") {
      if (this.isSearching(peer)) this.repeat(peer, now, sink);
      return;
    }
    if (!peer.mayBubble(now)) {
      if (!peer.isReachable(now)) this.#postpone(peer, bubble, now);
      return;
    }
    switch (bubble.kind) {
      case "advertisement":
        return this.advertise(peer, now, sink);
      case "direct":
        return this.#sendDirect(peer, bubble.to, now, sink);
      case "indirect":
        if (!peer.isReachable(now)) this.sendIndirectBubble(peer, now, sink);
        return;
      case "both":
        if (!peer.isReachable(now)) this.sendBothBubbles(peer, bubble.to, now, sink);
    }
  }

  #sendDirect(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    peer.bubbled(now);
    this.#sendEverywhere(peer, to, now, sink);
  }

  /**
   * To where the peer should be and, until it is met, wherever else it may be, RFC 6081 §5.6.4.2. A
   * peer that anyone can have made up has paid for one bubble to each address.
   */
  #sendEverywhere(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    if (peer.isReachable(now)) return this.bubbles.sendDirect(peer, to, sink, peer.viaTo(to));
    const usual: Way = { to, via: "service" };
    const random = this.randomPorts?.wayTo(peer);
    const others = peer.otherPlaces(to, now).map((to): Way => ({ to, via: "service" }));
    // The usual one is behind the random one: peers that believe each in turn prefer our service
    // port then.
    const ways = [...random === undefined ? [] : [random], usual, ...others];
    for (const way of peer.isEstablished ? ways : waysInTurn(ways, usual, peer.turn++)) {
      this.bubbles.sendDirect(peer, way.to, sink, way.via);
    }
  }

  /**
   * Bubbles, and from the second attempt on a connectivity test, which a gateway beside our server
   * answers for the peer. Any other server forwards it in vain: the peer does not believe that it
   * is ours.
   */
  #lookForClient(peer: ClientPeer, self: Identity, now: number, sink: ClientSink): boolean {
    if (peer.gateway?.isOpen(now)) {
      peer.attempts++;
      this.#sendTest(peer, self, now, sink);
      return true;
    }
    const isRepeated = peer.attempts > (this.#nearPlace(peer, now) ? MAX_SOLICITATIONS : 0);
    // After a search in vain, one bubble is kept to answer the peer: two clients that looked for each
    // other at different times would otherwise never have one left when the other asks.
    const hasBudget = peer.hasBubbleBudget(now, peer.isMissing ? 1 : 0);
    let isThroughServer = true;
    // Too soon after the last transmission passes by itself; too many bubbles does not.
    if (hasBudget && peer.mayBubble(now)) isThroughServer = this.#sendBubbles(peer, now, sink);
    else if (hasBudget) this.#postponed.add(peer, { kind: "attempt" });
    else peer.attempts++;
    // A gateway of which nothing is known may be there all the same: its only answer may have been
    // lost. Without bubbles, nothing else would ever be tried.
    if (!hasBudget && !this.#hasGateway && peer.isTested(now)) return false;
    const mayAsk = isRepeated || peer.gateway !== undefined || !hasBudget;
    if (isThroughServer && mayAsk) this.#sendTest(peer, self, now, sink);
    return true;
  }

  /**
   * A neighbour gets a bubble that it answers if it knows us, and our announcement so that it does.
   * A peer that fell silent gets a solicitation where it was (RFC 6081 §5.7.4.1). All others, and
   * these after two attempts, get a direct and an indirect bubble.
   *
   * @returns whether the server had a part in it
   */
  #sendBubbles(peer: ClientPeer, now: number, sink: ClientSink): boolean {
    const near = this.#nearPlace(peer, now);
    if (near === undefined || peer.attempts >= MAX_SOLICITATIONS) {
      this.randomPorts?.prepare(peer, now, sink);
      this.#sendDirect(peer, mappingOf(peer.address), now, sink);
      this.mappedPort?.startOver(peer);
      // Every other one to a silent peer.
      if (peer.attempts % 2 === 0) this.#sendPlain(peer, now, sink);
      else this.#sendIndirect(peer, now, sink);
      return true;
    }
    if (near === peer.localAt(now)) {
      this.#sendDirect(peer, near, now, sink);
      this.#discovery?.announce(now, sink);
    } else {
      peer.bubbled(now);
      this.bubbles.sendDiscovery(peer, "solicitation", sink);
    }
    return false;
  }

  /**
   * Where a peer is looked for before its server is asked: on our link (RFC 4380 §5.2.4 case 3), or
   * where it was before it fell silent. RFC 6081 §5.7 is for the latter, and an option because NATs
   * may have forgotten each other meanwhile; inside ours, no NAT could.
   */
  #nearPlace(peer: ClientPeer, now: number): Endpoint | undefined {
    if (peer.isMissing) return undefined;
    const local = peer.localAt(now);
    if (local !== undefined) return local;
    const { lastPlace } = peer;
    const isAsked = lastPlace !== undefined &&
      (this.#reducesLoad || this.alternates.isInside(lastPlace));
    return isAsked ? lastPlace : undefined;
  }

  /**
   * An echo request through the server; the answer comes through the relay or gateway nearest to
   * it.
   */
  #sendTest(peer: ClientPeer, self: Identity, now: number, sink: ClientSink): void {
    // All tests together are limited, or packets from forged sources would make us ping the world.
    // Tests that such packets induce have their own limit, or they would cut the host off.
    const tests = peer.isAwaited ? this.#tests : this.#inducedTests;
    if (!tests.take(now)) return sink.drop("rate_limited");
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
    sink.datagram(self.server, "service", echo);
  }
}
