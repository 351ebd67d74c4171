/**
 * How a client finds the way to a peer: bubbles to another Teredo client (RFC 4380 §5.2.4 case 5,
 * §5.2.6), first on our own link (case 3), and the connectivity test for a native IPv6 host (case
 * 2, §5.2.9).
 *
 * @module
 */

import { PeerSearch, type UndeliverableHandler } from "../protocol/peers/peer_search.ts";
import { KeyedLimiter } from "../protocol/keyed_limiter.ts";
import { TokenBucket } from "../protocol/token_bucket.ts";
import { addressOf, type Endpoint } from "../wire/endpoint.ts";
import { SOURCE } from "../wire/ipv6_header.ts";
import { mappingOf } from "../wire/teredo_address.ts";
import { CLIENT_DEFAULTS, type ClientConfig } from "./client_config.ts";
import type { ClientLimits } from "./client_limits.ts";
import { ClientPeer } from "./client_peer.ts";
import type { ClientSink, ClientSocket } from "./client_sink.ts";
import { ConnectivityTests } from "./connectivity_tests.ts";
import type { Identity } from "./identity.ts";
import { PassersBy } from "./passers_by.ts";
import type { Qualification } from "./qualification/qualification.ts";
import {
  DOUBT_AFTER,
  LATEST_ANSWER,
  MAX_SOLICITATIONS,
  PERSISTENT_ANSWER_SPACING,
  PERSISTENT_ANSWER_WINDOW,
  PROOF_ATTEMPTS,
} from "./timing.ts";
import { GatewayPath } from "./traversal/gateway_path.ts";
import type { LocalDiscovery } from "./traversal/local_discovery.ts";
import type { OwnNat } from "./traversal/own_nat.ts";
import { PacedBubbles } from "./traversal/paced_bubbles.ts";
import { Traversal } from "./traversal/traversal.ts";

/**
 * How a stranger comes: straight from where its address says, through our server, with a proof of
 * where it is, to the group of local discovery, or through the relay of a native host. A flood of
 * one kind leaves the others theirs.
 */
type Coming = "direct" | "introduced" | "proved" | "announced" | "native";

/** The peers of a client. Searches only while there is a {@linkcode self}. */
export class ClientSearch extends PeerSearch<ClientPeer, ClientSink> {
  readonly traversal: Traversal;
  readonly paced: PacedBubbles;
  #self: Identity | undefined;
  /**
   * Whether a gateway has answered since the client got its address, or a relay on the server's
   * socket, which may be one.
   */
  #hasGateway = false;
  /** The rates beyond which it doesn't react to what others send. */
  readonly limits: ClientLimits;
  readonly #strangers: Readonly<Record<Coming, TokenBucket | undefined>>;
  readonly #perRelay: KeyedLimiter | undefined;
  /** Teredo clients that have no entry because strangers come too fast. */
  readonly passersBy: PassersBy;
  readonly #tests: ConnectivityTests;
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
    const { maxPeers, queuePerPeer, queueTotal } = CLIENT_DEFAULTS;
    const room = {
      maxPeers: config.maxPeers ?? maxPeers,
      queuePerPeer: config.queuePerPeer ?? queuePerPeer,
      queueTotal: config.queueTotal ?? queueTotal,
      // Everything that waits is the host's own.
      hasManySources: false,
    };
    super(ClientPeer, room, config.random);
    this.limits = config.limits ?? CLIENT_DEFAULTS.limits;
    const newClients = () => TokenBucket.of(this.limits.newClients);
    this.#strangers = {
      direct: newClients(),
      introduced: newClients(),
      proved: newClients(),
      announced: newClients(),
      native: TokenBucket.of(this.limits.newNativeHosts),
    };
    this.#perRelay = KeyedLimiter.of(this.limits.newNativeHostsPerRelay);
    this.passersBy = new PassersBy(this.hash);
    this.traversal = new Traversal(config, nat, qualification);
    this.paced = new PacedBubbles(this.traversal, {
      isSearching: (peer) => this.isSearching(peer),
      repeat: (peer, now, sink) => this.repeat(peer, now, sink),
    });
    this.#tests = new ConnectivityTests(config);
    this.#discovery = discovery;
    this.#reducesLoad = config.serverLoadReduction ?? false;
    this.#onUndeliverable = onUndeliverable;
  }

  /** Whether our server may be a gateway. */
  get hasGateway(): boolean {
    return this.#hasGateway;
  }

  /** The client's identity while it is qualified. */
  get self(): Identity | undefined {
    return this.#self;
  }

  set self(self: Identity | undefined) {
    this.#self = self;
    this.#hasGateway = false;
    this.passersBy.clear();
    this.traversal.useAddress(self?.address);
  }

  /**
   * The sender of a packet that came in: its entry, which is new if necessary, unless new ones come
   * too fast.
   */
  senderOf(ipv6: Uint8Array, coming: Coming, now: number): ClientPeer | undefined {
    const known = this.peers.use(ipv6, SOURCE);
    if (known !== undefined) return known;
    if (this.#strangers[coming]?.take(now) === false) return undefined;
    return this.entry(ipv6, SOURCE, now);
  }

  /** The same for a native host whose packet came through `relay`. */
  nativeSenderOf(ipv6: Uint8Array, relay: Endpoint, now: number): ClientPeer | undefined {
    const known = this.peers.use(ipv6, SOURCE);
    if (known !== undefined) return known;
    const hash = this.hash.ofIpv4(addressOf(relay));
    if (this.#perRelay?.take(hash, now) === false) return undefined;
    return this.senderOf(ipv6, "native", now);
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
    this.traversal.found(peer, now);
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
      peer.sendTo(this.traversal.mappedPort?.placeOf(peer.address, peer.mapping));
    }
    for (const packet of this.endSearch(peer)) {
      peer.sent(packet.length, now);
      sink.datagram(peer.place, peer.via, packet);
    }
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
   * without; or others have forged bubbles in its name.
   */
  isPersistent(peer: ClientPeer, now: number): boolean {
    if (peer.hasAnswerBudget(now)) return false;
    // The answers of two that try to do without a gateway answer one another.
    const isTrying = this.#hasGateway && peer.isBehindGateway(now) &&
      !peer.hasAnsweredWithin(PERSISTENT_ANSWER_WINDOW, now);
    return isTrying || now - peer.lastTransmission >= PERSISTENT_ANSWER_SPACING;
  }

  /**
   * The host sends to a peer that cannot be reached. That establishes the peer, unless it may be a late
   * answer to what a stranger sent, which anyone can forge: that is looked for as far as the answer
   * pays for it.
   */
  want(peer: ClientPeer, now: number): void {
    const mayAnswer = peer.hasCalled && now - peer.lastReception < LATEST_ANSWER;
    if (mayAnswer || this.passersBy.hasCalled(peer.address, 0, now)) peer.pay();
    else peer.establish();
  }

  /** Whether the way to a peer needs a look before the next packet goes there. */
  isAttentionDue(peer: ClientPeer, now: number): boolean {
    return this.#doubts(peer, now) || this.#isTryDue(peer, now);
  }

  /** Finds out what {@linkcode isAttentionDue} wants to know, while packets go on. */
  attend(peer: ClientPeer, now: number, sink: ClientSink): void {
    if (this.#isTryDue(peer, now)) this.paced.tryDirect(peer, now, sink);
    if (!this.#doubts(peer, now)) return;
    peer.payForSearch();
    this.begin(peer, now, sink);
  }

  /**
   * Whether it is time to ask whether a peer is still behind the relay or gateway that it was
   * behind, or for a proof that it is where a packet said that anyone could have forged.
   */
  #doubts(peer: ClientPeer, now: number): boolean {
    if (this.isSearching(peer)) return false;
    if (!peer.isTeredo) return peer.unansweredFor(now) >= DOUBT_AFTER;
    if (peer.isProofDue(now)) {
      return this.traversal.bubbles.hasNonces;
    }
    return peer.gateway !== undefined && !peer.isReachable(now) &&
      peer.gateway.unansweredFor(now) >= DOUBT_AFTER;
  }

  #isTryDue(peer: ClientPeer, now: number): boolean {
    return peer.gateway !== undefined && peer.isBehindGateway(now) && peer.gateway.isTryDue(now);
  }

  override nextTimer(): number {
    return Math.min(super.nextTimer(), this.paced.nextTimer(), this.traversal.nextTimer());
  }

  override handleTimer(now: number, sink: ClientSink): void {
    super.handleTimer(now, sink);
    this.paced.handleTimer(now, sink);
    this.traversal.handleTimer(now, sink);
  }

  protected override attempt(peer: ClientPeer, now: number, sink: ClientSink): boolean {
    const { self } = this;
    if (self === undefined) return false;
    if (peer.isTeredo && peer.isReachable(now)) {
      // Data goes to where it seems to be meanwhile.
      this.paced.askForProof(peer, now, sink);
      return true;
    }
    if (peer.isTeredo) {
      // A stranger is looked for as far as the host's answers to it pay.
      const isTooSoon = peer.hasBubbleBudget(now) && !peer.mayBubble(now);
      if (!peer.isEstablished && !isTooSoon && !peer.takePaidAttempt()) {
        peer.attempts++;
        return true;
      }
      return this.#lookForClient(peer, self, now, sink);
    }
    peer.attempts++;
    // The host's packets pay for all tests, and those in the name of the peer for one each.
    if (!peer.isAwaited && !peer.takePaidAttempt()) return true;
    peer.lastTransmission = now;
    this.#tests.send(peer, self, now, sink);
    return true;
  }

  /** A peer that can be reached and gives no proof is still where packets go. */
  protected override repeat(peer: ClientPeer, now: number, sink: ClientSink): void {
    const isAskedInVain = peer.attempts >= PROOF_ATTEMPTS || !peer.mayBeAsked(now);
    if (peer.isTeredo && peer.isReachable(now) && isAskedInVain) this.sendQueue(peer, now, sink);
    else super.repeat(peer, now, sink);
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
    // It made room for another, and may be in the middle of something.
    const isWhereItSays = peer.isTeredo && peer.isAt("service") &&
      peer.place === mappingOf(peer.address);
    if (isWhereItSays) {
      this.passersBy.hear(peer.address, 0, peer.lastReception, !peer.isEstablished);
    } else if (peer.hasCalled) {
      this.passersBy.remember(peer.address, 0, peer.lastReception);
    }
    this.paced.cancel(peer);
    this.traversal.forget(peer);
    super.forget(peer);
  }

  /**
   * Bubbles, and from the second attempt on a connectivity test, which a gateway beside our server
   * answers for the peer. Any other server forwards it in vain: the peer does not believe that it
   * is ours.
   */
  #lookForClient(peer: ClientPeer, self: Identity, now: number, sink: ClientSink): boolean {
    if (peer.gateway?.isOpen(now)) {
      peer.attempts++;
      this.#tests.send(peer, self, now, sink);
      return true;
    }
    const isRepeated = peer.attempts > (this.#nearPlace(peer, now) ? MAX_SOLICITATIONS : 0);
    const hasBudget = peer.hasBubbleBudget(now);
    let isThroughServer = true;
    // Too soon after the last transmission passes by itself; too many bubbles does not.
    if (hasBudget && peer.mayBubble(now)) isThroughServer = this.#sendBubbles(peer, now, sink);
    else if (hasBudget) this.paced.postponeAttempt(peer);
    else peer.attempts++;
    // A gateway of which nothing is known may be there all the same: its only answer may have been
    // lost. Without bubbles, nothing else would ever be tried.
    if (!hasBudget && !this.#hasGateway && peer.isTested(now)) return false;
    // A stranger has paid for the bubbles only.
    const mayAsk = peer.isEstablished && (isRepeated || peer.gateway !== undefined) || !hasBudget;
    if (isThroughServer && mayAsk) this.#tests.send(peer, self, now, sink);
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
      this.paced.attempt(peer, now, sink);
      return true;
    }
    if (near === peer.localAt(now)) {
      this.paced.attemptAt(peer, near, now, sink);
      this.#discovery?.announce(now, sink);
    } else {
      this.paced.solicit(peer, now, sink);
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
      (this.#reducesLoad || this.traversal.alternates.isInside(lastPlace));
    return isAsked ? lastPlace : undefined;
  }
}
