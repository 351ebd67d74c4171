/**
 * How a relay finds a client: a bubble through the client's server makes the client open its NAT to
 * the relay (RFC 4380 §5.4.1 case 3).
 *
 * @module
 */

import { BubbleWindows } from "../protocol/peers/bubble_windows.ts";
import { BUBBLE_SPACING, PEER_VALIDITY, TEREDO_PORT } from "../protocol/constants.ts";
import {
  PeerSearch,
  type PeerSink,
  type UndeliverableHandler,
} from "../protocol/peers/peer_search.ts";
import { ProvingSources } from "../protocol/proving_sources.ts";
import { encodeBubble } from "../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { DESTINATION, IPV6_HEADER_LENGTH, SOURCE } from "../wire/ipv6_header.ts";
import { ORIGIN_LENGTH } from "../wire/origin_indication.ts";
import { mappingOf, serverOf } from "../wire/teredo_address.ts";
import { creditAfter } from "./bubble_credit.ts";
import { RELAY_DEFAULTS, type RelayConfig } from "./relay_config.ts";
import { RelayLimiter } from "./relay_limiter.ts";
import type { RelayLimits } from "./relay_limits.ts";
import { RelayPeer } from "./relay_peer.ts";

/** The number of clients whose bubbles are counted. */
const REMEMBERED_CLIENTS = 65_536;

/**
 * A client that left four bubbles unanswered gets another one after this time, in milliseconds, as
 * long as packets come for it. §5.2.6 would keep it from the relay for 300 s, even if only the
 * relay's network had failed for a few seconds; it is about clients, and §5.4.1 forgets a client
 * that does not answer, so that the next packet would start all over.
 */
const RETRY_AFTER = PEER_VALIDITY;

/**
 * Clients that have not answered take one part in this many of a relay's entries. A flood of made-up
 * ones then takes no more memory than the relay needs anyway, and still leaves each new client most
 * of a second to answer when 20,000 a second come.
 */
const STRANGERS_SHARE = 4;

/** The IPv4 and UDP headers of a datagram, octets. */
const OUTER_HEADERS = 20 + 8;

/** What a bubble takes on the wire, octets. */
const BUBBLE_OCTETS = OUTER_HEADERS + IPV6_HEADER_LENGTH;

/**
 * A client that packets go to and that stays silent is asked after this time, and again
 * after {@linkcode ASK_INTERVAL}, in milliseconds. Clients of ours have sent a bubble by then. Two of
 * the four bubbles that may go unanswered (§5.2.6) are left for the search after that.
 */
const ASK_AFTER = PEER_VALIDITY * 4 / 5;

/** See {@linkcode ASK_AFTER}. A client that has not proved where it is gets bubbles as often. */
const ASK_INTERVAL = 3_000;

/** The clients of a relay. */
export class RelaySearch extends PeerSearch<RelayPeer> {
  /**
   * The sources of the bubbles, "a local IPv6 address of the relay" (§5.4.1): an answer shows that
   * the client has received the bubble, so a plain relay believes it wherever it comes from, and a
   * gateway from any port of the client's IPv4 address. The bubbles need no nonces (RFC 6081 §5.2),
   * and clients without RFC 6081 understand them.
   */
  readonly #sources: ProvingSources;
  readonly #directBubbles: boolean;
  readonly #onUndeliverable: UndeliverableHandler;
  readonly #isOwn: (address: Ipv4Address) => boolean;
  /**
   * The unanswered bubbles to each client (§5.2.6), which is a whole Teredo address: flags and server
   * are free to choose, and if all addresses with one mapping shared the window, anyone could close
   * it for the one that exists. The limiter bounds what goes to a mapping.
   */
  readonly #perClient: BubbleWindows;
  #limiter: RelayLimiter;

  /**
   * @param isOwn whether an IPv4 address is this host's: a server there adds an origin indication to
   * a bubble, which the same packet pays for
   */
  constructor(
    config: RelayConfig,
    onUndeliverable: UndeliverableHandler,
    isOwn: (address: Ipv4Address) => boolean,
  ) {
    const maxPeers = config.maxPeers ?? RELAY_DEFAULTS.maxPeers;
    super(
      RelayPeer,
      {
        maxPeers,
        maxStrangers: Math.ceil(maxPeers / STRANGERS_SHARE),
        queuePerPeer: config.queuePerPeer ?? RELAY_DEFAULTS.queuePerPeer,
        queueTotal: config.queueTotal ?? RELAY_DEFAULTS.queueTotal,
        hasManySources: true,
      },
      config.random,
    );
    this.#sources = new ProvingSources(config.random);
    this.#directBubbles = config.directBubbles ?? false;
    this.#perClient = new BubbleWindows(REMEMBERED_CLIENTS, this.hash, RETRY_AFTER);
    this.#limiter = new RelayLimiter(config.limits ?? RELAY_DEFAULTS.limits, this.hash);
    this.#onUndeliverable = onUndeliverable;
    this.#isOwn = isOwn;
  }

  /** Applies other limits. */
  useLimits(limits: RelayLimits): void {
    this.#limiter = this.#limiter.with(limits);
  }

  /**
   * The client that a native packet is for; a new entry unless new ones come too fast. Each costs
   * bubbles and room in the queues, so by sending to clients that do not exist, one site could
   * block the relay for all others.
   */
  clientTo(ipv6: Uint8Array, now: number): RelayPeer | undefined {
    const known = this.peers.use(ipv6, DESTINATION);
    if (known !== undefined) return known;
    return this.#limiter.admitsFromSite(ipv6, now) ? this.entry(ipv6, DESTINATION, now) : undefined;
  }

  /** The client that a packet comes from; a new entry unless new ones come too fast. */
  clientFrom(ipv6: Uint8Array, now: number): RelayPeer | undefined {
    const known = this.peers.use(ipv6, SOURCE);
    if (known !== undefined) return known;
    return this.#limiter.admitsFromClient(ipv6, now) ? this.entry(ipv6, SOURCE, now) : undefined;
  }

  /** Looks for a client that sent `packet`, which pays for the bubble, in a datagram. */
  beginFor(packet: Uint8Array, peer: RelayPeer, now: number, sink: PeerSink): void {
    peer.credit = creditAfter(peer.credit, OUTER_HEADERS + packet.length);
    if (!this.isSearching(peer)) peer.paysForSearch = true;
    this.begin(peer, now, sink);
  }

  /**
   * Looks for a client whose `packet` goes on to another one, if that pays for both: they may be
   * made up, at one place. Otherwise the next packet does, or the other's answer.
   */
  beginForCaller(packet: Uint8Array, peer: RelayPeer, now: number, sink: PeerSink): void {
    const octets = OUTER_HEADERS + packet.length;
    // The other client gets as many, or a bubble, which is no longer.
    peer.credit = creditAfter(peer.credit, octets) - octets;
    if (peer.credit < this.#priceOf(serverOf(peer.address)) || this.isSearching(peer)) return;
    peer.paysForSearch = true;
    this.begin(peer, now, sink);
  }

  /**
   * Queues a packet for a client and looks for it. The packet pays for bubbles, unless the client's
   * own do: what comes then is the answer to one of them, and a forged one must not count twice.
   */
  override await(peer: RelayPeer, packet: Uint8Array, now: number, sink: PeerSink): boolean {
    if (!this.isSearching(peer)) peer.paysForSearch = false;
    if (!peer.paysForSearch) peer.credit = creditAfter(peer.credit, packet.length);
    return super.await(peer, packet, now, sink);
  }

  /** Whether a packet is a bubble that only a receiver of one of ours can have sent. */
  isProof(ipv6: Uint8Array, now: number): boolean {
    return this.#sources.isProof(ipv6, now);
  }

  /** The client has answered from `mapping` as nobody else could. */
  foundProved(peer: RelayPeer, mapping: Endpoint, now: number, sink: PeerSink): void {
    peer.isDoubtful = false;
    this.found(peer, mapping, now, sink);
  }

  override found(peer: RelayPeer, mapping: Endpoint, now: number, sink: PeerSink): void {
    this.#perClient.forget(peer.address);
    super.found(peer, mapping, now, sink);
  }

  /**
   * The same on the word of a packet from where the client's address says. If another client forged
   * it, only a proof leads to the right place, so the client is asked for one unless that is on its
   * way. But bubbles and packets must not go to the same address: made-up clients pay for less.
   */
  foundUnproved(peer: RelayPeer, mapping: Endpoint, now: number, sink: PeerSink): void {
    if (!peer.isReachable(now) || peer.mapping !== mapping) {
      peer.isDoubtful = serverOf(peer.address) !== addressOf(mapping);
      peer.askAt = Math.ceil(now) + BUBBLE_SPACING;
    }
    this.found(peer, mapping, now, sink);
  }

  /** A client that can be reached elsewhere sent `packet`, perhaps: it is asked, and nothing else. */
  challenge(peer: RelayPeer, packet: Uint8Array, now: number, sink: PeerSink): void {
    if (now < peer.askAt || !peer.hasBubbleBudget(now)) return;
    peer.credit = creditAfter(peer.credit, OUTER_HEADERS + packet.length);
    this.#bubble(peer, now, sink);
  }

  /** Whether it is time to {@linkcode ask} a client that packets go to. */
  isAskDue(peer: RelayPeer, now: number): boolean {
    if (peer.isDoubtful && now >= peer.askAt && peer.hasBubbleBudget(now)) return true;
    return now - Math.max(peer.lastReception + ASK_AFTER, peer.lastBubble + ASK_INTERVAL) >= 0 &&
      peer.hasBubbleBudget(now);
  }

  /**
   * Asks a client that only receives if it is still there, while a packet goes to it, which pays for
   * the bubble. Otherwise its entry would end, and packets wait for two seconds and another exchange
   * of bubbles: §5.2.6 has bubbles keep their distance from the packets as well.
   */
  ask(peer: RelayPeer, packet: Uint8Array, now: number, sink: PeerSink): void {
    peer.credit = creditAfter(peer.credit, packet.length);
    this.#bubble(peer, now, sink);
  }

  protected override attempt(peer: RelayPeer, now: number, sink: PeerSink): boolean {
    return peer.mayBubble(now) ? this.#bubble(peer, now, sink) : peer.hasBubbleBudget(now);
  }

  /** Sends a client a bubble through its server, if the limits allow it. */
  #bubble(peer: RelayPeer, now: number, sink: PeerSink): boolean {
    const { address } = peer;
    const client = mappingOf(address);
    const server = serverOf(address);
    // What is not paid for yet may be when it is time for the next attempt.
    const price = this.#priceOf(server);
    if (peer.credit < price) return this.#skip(peer);
    peer.credit -= price;
    peer.askAt = Math.ceil(now) + ASK_INTERVAL;
    if (!this.#perClient.take(address, now)) return false;
    if (!this.#limiter.admitsBubble(client, server, now)) {
      sink.drop("rate_limited");
      return this.#skip(peer);
    }
    const bubble = encodeBubble(this.#sources.sourceFor(address, now), address);
    peer.bubbled(now);
    // One address gets one of the two: it did not pay for more.
    const isApart = addressOf(client) !== server;
    if (this.#directBubbles && isApart) sink.datagram(client, "service", bubble);
    sink.datagram(endpoint(server, TEREDO_PORT), "service", bubble);
    return true;
  }

  /** What a bubble by way of a server takes on the wire, octets. */
  #priceOf(server: Ipv4Address): number {
    return this.#isOwn(server) ? BUBBLE_OCTETS + ORIGIN_LENGTH : BUBBLE_OCTETS;
  }

  /** An attempt without a bubble. Another one follows. */
  #skip(peer: RelayPeer): true {
    peer.attempts++;
    return true;
  }

  protected override undeliverable(packet: Uint8Array, now: number, sink: PeerSink): void {
    this.#onUndeliverable(packet, now, sink);
  }

  /** A client that did not answer is forgotten (§5.4.1), but not how often it was tried. */
  protected override giveUp(peer: RelayPeer, now: number, sink: PeerSink): void {
    super.giveUp(peer, now, sink);
    this.forget(peer);
  }
}
