/**
 * Receiving, RFC 4380 §5.2.3, case by case:
 *
 *     1  a trusted peer, at its mapping                 admit, #receiveFromPeer
 *     2  the reply to our own connectivity test         #receiveFromPeer
 *     3  a Teredo client, where its address says        #receiveFromClient
 *     4  a neighbour's announcement to the group        receiveAnnouncement
 *     5  a Teredo client, where it was announced        #receiveFromClient
 *     6  a Teredo client elsewhere, to be challenged    #receiveFromClient, Challenges
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
import { echoDataOf, isEchoReply, isEchoRequest } from "../wire/icmpv6.ts";
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
import { isHistoricalTeredo, isTeredo, mappingOf, serverOf } from "../wire/teredo_address.ts";
import type { TeredoPacket } from "../wire/teredo_packet.ts";
import { parseTrailers, type Trailers } from "../wire/trailers.ts";
import type { ClientPeer } from "./client_peer.ts";
import type { ClientSearch } from "./client_search.ts";
import { Challenges } from "./traversal/challenges.ts";
import { IndirectBubbles } from "./traversal/indirect_bubbles.ts";
import { RECEIVER_BUBBLE_AFTER } from "./timing.ts";
import type { Arrival } from "./traversal/mapped_port.ts";
import type { LocalDiscovery } from "./traversal/local_discovery.ts";
import type { Traversal } from "./traversal/traversal.ts";
import type { ClientSink, ClientSocket } from "./client_sink.ts";
import type { Qualification } from "./qualification/qualification.ts";

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
  readonly #challenges: Challenges;

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
    this.#challenges = new Challenges(globalUnicast, search);
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
    const peer = this.#search.senderOf(ipv6, now);
    return peer === undefined ? "rate_limited" : this.#receiveProof(peer, arrival, now, sink);
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
    const peer = this.#search.entry(ipv6, SOURCE, now);
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
    // Case 1: a trusted peer at its known mapping.
    if (peer?.isTrusted && peer.mapping === from && peer.isAtOrBehind(via)) {
      const isMove = this.#traversal.mappedPort?.isMove(peer, ipv6, via);
      if (isMove || peer.isAwaited) {
        this.#search.found(peer, from, now, sink, isMove ? via : peer.via);
      }
      const isAnswer = peer.lastBubble !== -Infinity;
      this.#accept(ipv6, trailers, peer, now, sink);
      if (!isAnswer && isQuestion(ipv6, trailers) && peer.mayBubble(now)) {
        this.#search.paced.sendDirect(peer, peer.place, now, sink);
      }
      return undefined;
    }
    if (isTeredo(ipv6, SOURCE)) {
      if (isBubble(ipv6) && peer?.isProvedBy(trailers.nonce, now)) {
        // It may overtake the indirect bubble that names the random port that it comes from.
        const { randomPort } = trailers;
        if (randomPort === portOf(from)) this.#traversal.randomPorts?.hear(peer, randomPort, now);
        return this.#receiveProof(peer, { from, via }, now, sink);
      }
      return this.#receiveFromClient(ipv6, trailers, { from, via }, now, sink);
    }
    return this.#receiveFromNative(ipv6, from, now, sink);
  }

  /** A native host answered through its relay; a Teredo client itself, or a gateway for it. */
  #receiveAnswer(
    peer: ClientPeer,
    { from, via }: Arrival,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    peer.establish();
    const isKnownPlace = peer.isTeredo && peer.mayBeAt(from, now);
    const isPossible = portOf(from) !== 0 && this.#globalUnicast.has(addressOf(from));
    if (!isKnownPlace && !isPossible) return "source_not_global";
    if (!peer.isTeredo || isKnownPlace || mappingOf(peer.address) === from) {
      this.#search.found(peer, from, now, sink, via);
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

  /**
   * Cases 3 and 5: a Teredo client that is where its address, or anything else we know of it, says.
   */
  #receiveFromClient(
    ipv6: Uint8Array,
    trailers: Trailers,
    arrival: Arrival,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const { from, via } = arrival;
    const refusal = this.#refuseClient(ipv6, from, now);
    if (refusal === "source_mismatch") this.#challenges.send(ipv6, from, now, sink);
    if (refusal !== undefined) return refusal;
    const peer = this.#search.senderOf(ipv6, now);
    if (peer === undefined) return "rate_limited";
    const { mappedPort } = this.#traversal;
    // The answer to its indirect bubble settles where the two meet.
    if (isBubble(ipv6) && mappedPort?.isUnheard(peer, arrival, now)) return undefined;
    const isMove = mappedPort?.isMove(peer, ipv6, via);
    if ((isMove || !isDetour(peer, arrival, now)) && !peer.wasAt(from, now)) {
      const isUnmet = !peer.isReachable(now) && !peer.isAwaited;
      this.#search.found(peer, from, now, sink, via);
      // The peer waits for an answer at its own port, as what went out from ours before was refused.
      if (isUnmet && via !== "service") {
        this.#search.paced.sendUrgent(peer, peer.place, now, sink);
      }
    }
    this.#accept(ipv6, trailers, peer, now, sink);
    return undefined;
  }

  /**
   * A bubble that only the peer can have sent is believed wherever it comes from: one with our nonce
   * (RFC 6081 §5.2.4.4), or the answer to a challenge.
   */
  #receiveProof(
    peer: ClientPeer,
    arrival: Arrival,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const { from, via } = arrival;
    const { alternates, mappedPort } = this.#traversal;
    const isPossible = this.#globalUnicast.has(addressOf(from)) || peer.mayBeAt(from, now) ||
      alternates.isNeighbour(peer.address);
    if (portOf(from) === 0 || !isPossible) return "source_not_global";
    // A NAT that hairpins carries the bubble round, but the peer is known to be on this side of it.
    const isHairpin = alternates.isInside(peer.mapping) && !alternates.isInside(from);
    if (isHairpin && peer.isReachable(now)) return undefined;
    if (isDetour(peer, arrival, now)) {
      // The forwarded port let the peer in, but perhaps it only hears us from here.
      if (mappedPort?.hasTwoFaces && via !== "service" && peer.hasBubbleBudget(now)) {
        this.#traversal.bubbles.sendDirect(peer, from, sink, via);
      }
      return undefined;
    }
    if (mappedPort?.isAside(peer, arrival, now)) return undefined;
    const { isAwaited } = peer;
    peer.establish();
    this.#search.found(peer, from, now, sink, via);
    // Bubbles to the mapping in the peer's address have not arrived, so the peer still waits for
    // one.
    if (!isAwaited && (from !== mappingOf(peer.address) || via !== "service")) {
      this.#search.paced.sendUrgent(peer, peer.place, now, sink);
    }
    return undefined;
  }

  #refuseClient(ipv6: Uint8Array, from: Endpoint, now: number): DropReason | undefined {
    if (mappingOf(ipv6, SOURCE) !== from) {
      const isKnown = this.#search.peers.find(ipv6, SOURCE)?.mayBeAt(from, now);
      return isKnown ? undefined : "source_mismatch";
    }
    const isGlobal = portOf(from) !== 0 && this.#globalUnicast.has(addressOf(from)) &&
      this.#globalUnicast.has(serverOf(ipv6, SOURCE));
    return isGlobal ? undefined : "source_not_global";
  }

  /** Case 6: the relay of a native host must prove itself before the packet is delivered. */
  #receiveFromNative(
    ipv6: Uint8Array,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    if (isBubble(ipv6)) return "peer_not_trusted";
    const peer = this.#search.senderOf(ipv6, now);
    if (peer === undefined) return "rate_limited";
    const isHeld = peer.hold(ipv6, from);
    this.#search.begin(peer, now, sink);
    return isHeld ? undefined : "queue_full";
  }

  /** Takes a trusted peer's packet; the host gets it unless it is a bubble (§5.2.3). */
  #accept(
    ipv6: Uint8Array,
    { neighborDiscovery }: Trailers,
    peer: ClientPeer,
    now: number,
    sink: ClientSink,
  ): void {
    peer.heard(now);
    if (isBubble(ipv6)) {
      if (neighborDiscovery === "solicitation") this.#search.paced.advertise(peer, now, sink);
      return;
    }
    peer.octetsReceived += ipv6.length;
    if (now - peer.lastTransmission >= RECEIVER_BUBBLE_AFTER && !isLeftToHost(ipv6, peer, now)) {
      this.#search.paced.sendDirect(peer, peer.place, now, sink);
    }
    sink.packet(ipv6);
  }
}

/**
 * Whether the host's reply to an echo request will open the NAT, so that no bubble has to: two
 * answers to one packet would be more than a forged source should cause. If the last such reply did
 * not come, the host gives none.
 */
function isLeftToHost(ipv6: Uint8Array, peer: ClientPeer, now: number): boolean {
  if (!isEchoRequest(ipv6) || peer.lastTransmission < peer.leftToHostAt) return false;
  peer.leftToHostAt = now;
  return true;
}

/**
 * Whether a trusted peer may want an answer, because it has lost us. We need not get the indirect
 * bubble that asks for it: a server drops that of a client behind a symmetric NAT, unless it is the
 * client's own (RFC 4380 §5.3.1).
 *
 * No answer goes to a bubble that may itself be the answer to ours, so two clients don't go on for
 * ever, nor to one that only keeps a random port open or is part of Neighbor Discovery (RFC 6081
 * §5.4.2.1, §5.7).
 */
function isQuestion(ipv6: Uint8Array, { neighborDiscovery, randomPort }: Trailers): boolean {
  return isBubble(ipv6) && neighborDiscovery === undefined && randomPort === undefined;
}

/**
 * Whether a packet took the way of random ports, though the peer is met without (RFC 6081
 * §5.4.4.5): the way by service ports is kept.
 */
function isDetour(peer: ClientPeer, { from, via }: Arrival, now: number): boolean {
  if (!peer.isReachable(now)) return false;
  const isFromRandomPort = from === peer.randomPlace && peer.mapping !== from;
  const isToRandomPort = via !== "service" && peer.via === "service";
  return isFromRandomPort || isToRandomPort;
}
