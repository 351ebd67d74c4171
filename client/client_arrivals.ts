/**
 * Packets of Teredo clients that are not yet trusted where these come from: whether to believe that
 * the client is there (RFC 4380 §5.2.3 cases 3, 5 and 6, RFC 6081 §5.2.4.4 and §5.4.4.5).
 *
 * @module
 */

import type { DropReason } from "../protocol/drop_reason.ts";
import { isBubble } from "../wire/bubble.ts";
import { addressOf, type Endpoint, portOf } from "../wire/endpoint.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { SOURCE } from "../wire/ipv6_header.ts";
import { mappingOf, serverOf } from "../wire/teredo_address.ts";
import type { Trailers } from "../wire/trailers.ts";
import { accept } from "./acceptance.ts";
import type { ClientPeer } from "./client_peer.ts";
import type { ClientSearch } from "./client_search.ts";
import type { ClientSink, ClientSocket } from "./client_sink.ts";
import { Challenges } from "./traversal/challenges.ts";
import type { Traversal } from "./traversal/traversal.ts";
import type { Arrival } from "./traversal/ways.ts";

/** Finds Teredo clients by what comes from them. */
export class ClientArrivals {
  readonly #globalUnicast: GlobalUnicast;
  readonly #search: ClientSearch;
  readonly #traversal: Traversal;
  readonly #challenges: Challenges;

  constructor(globalUnicast: GlobalUnicast, search: ClientSearch) {
    this.#globalUnicast = globalUnicast;
    this.#search = search;
    this.#traversal = search.traversal;
    this.#challenges = new Challenges(globalUnicast, search);
  }

  /**
   * Cases 3 and 5: a Teredo client that is where its address, or anything else we know of it, says.
   */
  receive(
    ipv6: Uint8Array,
    trailers: Trailers,
    arrival: Arrival,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const { from, via } = arrival;
    const refusal = this.#refuse(ipv6, from, now);
    if (refusal === "source_mismatch") this.#challenges.send(ipv6, from, now, sink);
    if (refusal !== undefined) return refusal;
    const peer = this.#search.senderOf(ipv6, "direct", now);
    if (peer === undefined) return this.#receivePasserBy(ipv6, via, now, sink);
    const { mappedPort } = this.#traversal;
    // The answer to its indirect bubble settles where the two meet.
    if (isBubble(ipv6) && mappedPort?.isUnheard(peer, arrival, now)) return undefined;
    const isMove = mappedPort?.isMove(peer, ipv6, via);
    if ((isMove || !(peer.isReachable(now) && isDetour(peer, arrival))) && !peer.wasAt(from, now)) {
      const isNear = this.#isNear(peer, from, now);
      if (!isMove && !isNear && peer.isReachable(now) && peer.mapping !== from) {
        return this.#receiveStray(ipv6, peer, from, now, sink);
      }
      const isUnmet = !peer.isReachable(now) && !peer.isAwaited;
      this.#search.found(peer, from, now, sink, via);
      if (isNear) peer.provePlace();
      // The peer waits for an answer at its own port, as what went out from ours before was refused.
      if (isUnmet && via !== "service") {
        this.#search.paced.sendUrgent(peer, peer.place, now, sink);
      }
    }
    accept(ipv6, trailers, peer, this.#search.paced, now, sink);
    return undefined;
  }

  /**
   * A packet of a peer that can be reached elsewhere. Anyone could have forged it, so it is delivered,
   * but where packets for the peer go only changes if it answers from there.
   */
  #receiveStray(
    ipv6: Uint8Array,
    peer: ClientPeer,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): undefined {
    if (!this.#traversal.alternates.isInside(peer.mapping)) {
      this.#challenges.send(ipv6, from, now, sink);
    }
    if (isBubble(ipv6)) return;
    peer.octetsReceived += ipv6.length;
    sink.packet(ipv6);
  }

  /** Whether a place is on our own network, where nobody on the Internet can send from. */
  #isNear(peer: ClientPeer, place: Endpoint, now: number): boolean {
    return place === peer.localAt(now) || this.#traversal.alternates.isInside(place);
  }

  /** Case 3 without an entry: the packet is the host's, and so is the answer. */
  #receivePasserBy(
    ipv6: Uint8Array,
    via: ClientSocket,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    if (isBubble(ipv6) || via !== "service") return "rate_limited";
    this.#search.passersBy.hear(ipv6, SOURCE, now);
    sink.packet(ipv6);
    return undefined;
  }

  /**
   * A bubble that only the peer can have sent is believed wherever it comes from: one with our nonce
   * (RFC 6081 §5.2.4.4), or the answer to a challenge.
   */
  receiveProof(
    peer: ClientPeer,
    arrival: Arrival,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const { from, via } = arrival;
    const { alternates, mappedPort } = this.#traversal;
    // What we ask through another server than ours, anyone may have answered.
    const sharesServer = alternates.sharesServer(peer.address);
    const isNeighbour = sharesServer ||
      (peer.isWanted(now) && alternates.isNeighbour(peer.address));
    const isPossible = this.#globalUnicast.has(addressOf(from)) || peer.mayBeAt(from, now) ||
      isNeighbour;
    if (portOf(from) === 0 || !isPossible) return "source_not_global";
    // A NAT that hairpins carries the bubble round, but the peer is known to be on this side of it.
    const isHairpin = alternates.isInside(peer.mapping) && !alternates.isInside(from);
    if (isHairpin && peer.isReachable(now)) return undefined;
    if (peer.isMet(now) && isDetour(peer, arrival)) {
      // The forwarded port let the peer in, but perhaps it only hears us from here.
      if (mappedPort?.hasTwoFaces && via !== "service" && peer.hasAnswerBudget(now)) {
        this.#traversal.bubbles.sendDirect(peer, from, sink, via);
      }
      return undefined;
    }
    if (mappedPort?.isAside(peer, arrival, now)) return undefined;
    const { isAwaited } = peer;
    peer.prove();
    if (sharesServer) peer.proveNeighbour(now);
    this.#search.found(peer, from, now, sink, via);
    peer.provePlace();
    // Bubbles to the mapping in the peer's address have not arrived, so the peer still waits for
    // one.
    if (!isAwaited && (from !== mappingOf(peer.address) || via !== "service")) {
      this.#search.paced.sendUrgent(peer, peer.place, now, sink);
    }
    return undefined;
  }

  #refuse(ipv6: Uint8Array, from: Endpoint, now: number): DropReason | undefined {
    if (mappingOf(ipv6, SOURCE) !== from) {
      const isKnown = this.#search.peers.find(ipv6, SOURCE)?.mayBeAt(from, now);
      return isKnown ? undefined : "source_mismatch";
    }
    const isGlobal = portOf(from) !== 0 && this.#globalUnicast.has(addressOf(from)) &&
      this.#globalUnicast.has(serverOf(ipv6, SOURCE));
    return isGlobal ? undefined : "source_not_global";
  }
}

/**
 * Whether a packet took the way of random ports, where the peer is met without (RFC 6081 §5.4.4.5):
 * the way by service ports is kept.
 */
function isDetour(peer: ClientPeer, { from, via }: Arrival): boolean {
  const isFromRandomPort = from === peer.randomPlace && peer.mapping !== from;
  const isToRandomPort = via !== "service" && peer.via === "service";
  return isFromRandomPort || isToRandomPort;
}
