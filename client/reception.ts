/**
 * Receiving, RFC 4380 §5.2.3, case by case:
 *
 *     1  a trusted peer, at its mapping                 admit, #receiveFromTrusted
 *     2  the reply to our own connectivity test         #receiveAnswer
 *     3  a Teredo client, where its address says        ClientArrivals
 *     4  a neighbour's announcement to the group        receiveAnnouncement
 *     5  a Teredo client, where it was announced        ClientArrivals
 *     6  a Teredo client elsewhere, to be challenged    ClientArrivals, Challenges
 *     6  a native host through a relay, to be tested    #receiveFromNative
 *
 * Before the cases come Router Advertisements, which are for the qualification, and bubbles through
 * our server, which {@linkcode IndirectBubbles} answers.
 *
 * @module
 */

import type { DropReason } from "../protocol/drop_reason.ts";
import { isBubble } from "../wire/bubble.ts";
import { addressOf, type Endpoint, portOf } from "../wire/endpoint.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { echoDataOf, isEchoReply } from "../wire/icmpv6.ts";
import { isGlobalScope, isSameIpv6 } from "../wire/ipv6_address.ts";
import {
  DESTINATION,
  hasRoutingHeaderType0,
  isIpv6Packet,
  NextHeader,
  nextHeaderOf,
  SOURCE,
} from "../wire/ipv6_header.ts";
import { isRouterAdvertisement } from "../wire/neighbor_discovery.ts";
import { isHistoricalTeredo, isTeredo, mappingOf } from "../wire/teredo_address.ts";
import type { TeredoPacket } from "../wire/teredo_packet.ts";
import { parseTrailers, type Trailers } from "../wire/trailers.ts";
import { accept, isQuestion } from "./acceptance.ts";
import { ClientArrivals } from "./client_arrivals.ts";
import type { ClientPeer } from "./client_peer.ts";
import type { ClientSearch } from "./client_search.ts";
import type { ClientSink, ClientSocket } from "./client_sink.ts";
import { isLikeTestAnswer } from "./connectivity_tests.ts";
import type { Qualification } from "./qualification/qualification.ts";
import { RECEIVER_BUBBLE_AFTER } from "./timing.ts";
import { IndirectBubbles } from "./traversal/indirect_bubbles.ts";
import type { LocalDiscovery } from "./traversal/local_discovery.ts";
import type { Traversal } from "./traversal/traversal.ts";
import type { Arrival } from "./traversal/ways.ts";

/** The next headers of most packets: no rule looks inside these. */
const BULK: ReadonlySet<number> = new Set([NextHeader.TCP, NextHeader.UDP]);

/** Judges incoming packets and gives the host those that are for it. */
export class Reception {
  readonly #globalUnicast: GlobalUnicast;
  readonly #qualification: Qualification;
  readonly #search: ClientSearch;
  readonly #traversal: Traversal;
  readonly #discovery: LocalDiscovery | undefined;
  readonly #indirectBubbles: IndirectBubbles;
  readonly #clients: ClientArrivals;

  constructor(
    globalUnicast: GlobalUnicast,
    qualification: Qualification,
    search: ClientSearch,
    discovery: LocalDiscovery | undefined,
  ) {
    this.#globalUnicast = globalUnicast;
    this.#qualification = qualification;
    this.#search = search;
    this.#traversal = search.traversal;
    this.#discovery = discovery;
    this.#indirectBubbles = new IndirectBubbles(globalUnicast, search);
    this.#clients = new ClientArrivals(globalUnicast, search);
  }

  /** Case 1, for packets that can be neither bubbles, advertisements nor answers to tests. */
  admit(datagram: Uint8Array, from: Endpoint, now: number): boolean {
    const { self, peers } = this.#search;
    if (self === undefined || !isIpv6Packet(datagram)) return false;
    if (!isSameIpv6(datagram, DESTINATION, self.address)) return false;
    if (!BULK.has(nextHeaderOf(datagram))) return false;
    const peer = peers.use(datagram, SOURCE);
    if (peer === undefined || peer.isAwaited || this.#qualification.wantsToHear(from, now)) {
      return false;
    }
    if (peer.gateway?.at === from) {
      peer.gateway.heard(now);
      peer.octetsReceived += datagram.length;
      return true;
    }
    if (!peer.isAt("service") || peer.mapping !== from) return false;
    if (now - peer.lastTransmission >= RECEIVER_BUBBLE_AFTER) return false;
    peer.heard(now);
    peer.octetsReceived += datagram.length;
    return true;
  }

  /** Any packet, by the cases of §5.2.3 in their order. */
  receive(
    packet: TeredoPacket,
    from: Endpoint,
    via: ClientSocket,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const { ipv6 } = packet;
    if (isRouterAdvertisement(ipv6)) {
      return this.#receiveAdvertisement(packet, from, via, now, sink);
    }
    const { self } = this.#search;
    if (self === undefined) return "not_qualified";
    // If we believed a peer to be at our own mapping, our packets to it would come back to us.
    if (from === mappingOf(self.address)) return "loop";
    const trailers = parseTrailers(packet.trailers);
    if (typeof trailers === "string") return trailers;
    if (!isSameIpv6(ipv6, DESTINATION, self.address)) {
      return this.#receiveChallenged(ipv6, { from, via }, now, sink);
    }
    if (isHistoricalTeredo(ipv6, SOURCE) || isSameIpv6(ipv6, SOURCE, self.address)) {
      return "source_invalid";
    }
    if (hasRoutingHeaderType0(ipv6)) return "routing_header";
    const isFromServer = via === "service" && this.#qualification.isServer(from);
    const reason = isFromServer && isBubble(ipv6)
      ? this.#indirectBubbles.answer(packet, trailers, self, now, sink)
      : this.#receiveFromPeer(ipv6, trailers, { from, via }, now, sink);
    // §5.2.5: only valid packets postpone a refresh. One beyond a rate limit is still valid.
    if (isFromServer && (reason === undefined || reason === "rate_limited")) {
      this.#qualification.heardServer(now);
    }
    return reason;
  }

  /** What is not for our address may still be the answer to a challenge. */
  #receiveChallenged(
    ipv6: Uint8Array,
    arrival: Arrival,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    if (!this.#traversal.bubbles.isProof(ipv6, now)) return "destination_invalid";
    const peer = this.#search.senderOf(ipv6, "proved", now);
    return peer === undefined
      ? "rate_limited"
      : this.#clients.receiveProof(peer, arrival, now, sink);
  }

  /** The service port's is for the qualification, a random port's for its Echo Test. */
  #receiveAdvertisement(
    packet: TeredoPacket,
    from: Endpoint,
    via: ClientSocket,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    if (via === "service") return this.#qualification.handleAdvertisement(packet, from, now, sink);
    const { echoTests } = this.#traversal;
    if (echoTests === undefined) return "advertisement_unexpected";
    return echoTests.hear(packet, from, via, now, sink);
  }

  /** Case 4, from the group of §5.2.8: a neighbour announced itself, and learns that we know. */
  receiveAnnouncement(
    { ipv6 }: TeredoPacket,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    if (!this.#discovery?.accepts(ipv6, from)) return "discovery_invalid";
    const peer = this.#search.senderOf(ipv6, "announced", now);
    if (peer === undefined) return "rate_limited";
    const isNewcomer = peer.localAt(now) !== from;
    peer.meet(from, now);
    if (isNewcomer) {
      // It has not heard us either, and would not for up to five minutes. §5.2.8 leaves it at that;
      // but only a client that knows us can take the bubble for an answer.
      this.#discovery.announce(now, sink);
      // What was sent to it so far went elsewhere.
      this.#search.paced.sendUrgent(peer, from, now, sink);
    } else {
      this.#search.paced.sendDirect(peer, from, now, sink);
    }
    return undefined;
  }

  /** Cases 1 to 3, 5 and 6. */
  #receiveFromPeer(
    ipv6: Uint8Array,
    trailers: Trailers,
    { from, via }: Arrival,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    if (!isGlobalScope(ipv6, SOURCE)) {
      return this.#indirectBubbles.answerDirect(ipv6, trailers, from, now, sink);
    }
    const peer = this.#search.peers.use(ipv6, SOURCE);
    // Case 2: the reply to our connectivity test comes first, so as not to be lost as data of case
    // 1.
    if (peer !== undefined && isEchoReply(ipv6) && peer.isAnsweredBy(echoDataOf(ipv6), now)) {
      return this.#receiveAnswer(peer, { from, via }, now, sink);
    }
    if (peer?.gateway?.at === from) return this.#receiveThroughGateway(ipv6, peer, now, sink);
    if (peer?.isTrusted && peer.mapping === from && peer.isAtOrBehind(via)) {
      return this.#receiveFromTrusted(ipv6, trailers, peer, via, now, sink);
    }
    if (isTeredo(ipv6, SOURCE)) {
      if (isBubble(ipv6) && peer?.isProvedBy(trailers.nonce, now)) {
        // It may overtake the indirect bubble that names the random port that it comes from.
        const { randomPort } = trailers;
        if (randomPort === portOf(from)) this.#traversal.randomPorts?.hear(peer, randomPort, now);
        return this.#clients.receiveProof(peer, { from, via }, now, sink);
      }
      return this.#clients.receive(ipv6, trailers, { from, via }, now, sink);
    }
    return this.#receiveFromNative(ipv6, from, now, sink);
  }

  /** Case 1: a trusted peer at its known mapping. */
  #receiveFromTrusted(
    ipv6: Uint8Array,
    trailers: Trailers,
    peer: ClientPeer,
    via: ClientSocket,
    now: number,
    sink: ClientSink,
  ): undefined {
    const { paced } = this.#search;
    const isMove = this.#traversal.mappedPort?.isMove(peer, ipv6, via);
    const isProof = isBubble(ipv6) && peer.isProvedBy(trailers.nonce, now);
    if (isProof) peer.provePlace();
    if (isMove || peer.isAwaited || (isProof && this.#search.isSearching(peer))) {
      this.#search.found(peer, peer.mapping, now, sink, isMove ? via : peer.via);
    }
    const isAnswer = peer.lastBubble !== -Infinity;
    accept(ipv6, trailers, peer, paced, now, sink);
    if (!isAnswer && isQuestion(ipv6, trailers) && peer.mayAnswer(now)) {
      paced.sendDirect(peer, peer.place, now, sink);
    }
  }

  /** A native host answered through its relay; a Teredo client itself, or a gateway for it. */
  #receiveAnswer(
    peer: ClientPeer,
    { from, via }: Arrival,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    peer.prove();
    const isKnownPlace = peer.isTeredo && peer.mayBeAt(from, now);
    const isPossible = portOf(from) !== 0 && this.#globalUnicast.has(addressOf(from));
    if (!isKnownPlace && !isPossible) return "source_not_global";
    if (!peer.isTeredo || isKnownPlace || mappingOf(peer.address) === from) {
      this.#search.found(peer, from, now, sink, via);
      peer.provePlace();
    } else {
      this.#search.foundBehindGateway(peer, from, now, sink);
    }
    return undefined;
  }

  /** Data of a peer that a gateway answered for: the test has shown that it comes from there. */
  #receiveThroughGateway(
    ipv6: Uint8Array,
    peer: ClientPeer,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    if (isBubble(ipv6)) return "peer_not_trusted";
    if (peer.isAwaited) this.#search.foundBehindGateway(peer, peer.gateway!.at, now, sink);
    peer.gateway!.heard(now);
    peer.octetsReceived += ipv6.length;
    sink.packet(ipv6);
    return undefined;
  }

  /** Case 6: the relay of a native host must prove itself before the packet is delivered. */
  #receiveFromNative(
    ipv6: Uint8Array,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    // An answer to a test that another peer's entry has displaced must not induce the next test: its
    // answer would induce one more, as fast as they travel.
    if (isBubble(ipv6) || isLikeTestAnswer(ipv6)) return "peer_not_trusted";
    const peer = this.#search.nativeSenderOf(ipv6, from, now);
    if (peer === undefined) return "rate_limited";
    const isHeld = peer.hold(ipv6, from);
    this.#search.begin(peer, now, sink);
    return isHeld ? undefined : "queue_full";
  }
}
