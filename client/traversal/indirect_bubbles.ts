/**
 * Bubbles that came through our server: their sender cannot reach us yet, and a direct bubble to it
 * opens our NAT. RFC 4380 §5.2.3 asks for a connectivity test here; Windows and Miredo send the
 * bubble, and relays wait for it. Bubbles from link-local addresses are answered when they come
 * straight, too.
 *
 * @module
 */

import type { DropReason } from "../../protocol/drop_reason.ts";
import { KeyedLimiter } from "../../protocol/keyed_limiter.ts";
import { isBubble } from "../../wire/bubble.ts";
import { addressOf, type Endpoint, portOf } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { isGlobalScope, isLinkLocal } from "../../wire/ipv6_address.ts";
import { SOURCE, sourceOf } from "../../wire/ipv6_header.ts";
import { isTeredo, mappingOf, serverOf } from "../../wire/teredo_address.ts";
import type { TeredoPacket } from "../../wire/teredo_packet.ts";
import type { Trailers } from "../../wire/trailers.ts";
import type { ClientPeer } from "../client_peer.ts";
import type { ClientSearch } from "../client_search.ts";
import type { ClientSink } from "../client_sink.ts";
import type { Identity } from "../identity.ts";
import type { Traversal } from "./traversal.ts";

/** Answers indirect bubbles. */
export class IndirectBubbles {
  readonly #globalUnicast: GlobalUnicast;
  readonly #search: ClientSearch;
  readonly #traversal: Traversal;
  readonly #toPeer: KeyedLimiter | undefined;
  readonly #toPlace: KeyedLimiter | undefined;
  readonly #toAddress: KeyedLimiter | undefined;

  constructor(globalUnicast: GlobalUnicast, search: ClientSearch) {
    this.#globalUnicast = globalUnicast;
    this.#search = search;
    this.#traversal = search.traversal;
    this.#toPeer = KeyedLimiter.of(search.limits.answersPerPeer);
    this.#toPlace = KeyedLimiter.of(search.limits.answersPerPort);
    this.#toAddress = KeyedLimiter.of(search.limits.answersPerAddress);
  }

  /** An indirect bubble came. */
  answer(
    { ipv6, origin }: TeredoPacket,
    trailers: Trailers,
    self: Identity,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    // Relays may send them from link-local addresses.
    if (!isGlobalScope(ipv6, SOURCE) && !isLinkLocal(ipv6, SOURCE)) return "source_invalid";
    // Microsoft's servers forward the bubbles of Teredo clients without an origin indication.
    const to = isTeredo(ipv6, SOURCE) ? mappingOf(ipv6, SOURCE) : origin;
    if (to === undefined) return "origin_missing";
    if (portOf(to) === 0 || !this.#globalUnicast.has(addressOf(to))) return "origin_not_global";
    if (to === mappingOf(self.address)) return "loop";
    // An indirect bubble may be part of the answer.
    if (isTeredo(ipv6, SOURCE) && !this.#globalUnicast.has(serverOf(ipv6, SOURCE))) {
      return "source_not_global";
    }
    if (!this.#mayAnswer(ipv6, to, now)) return "rate_limited";
    const nonce = this.#traversal.bubbles.hasNonces ? trailers.nonce : undefined;
    const peer = isTeredo(ipv6, SOURCE)
      ? this.#search.senderOf(ipv6, "introduced", now)
      : undefined;
    if (peer !== undefined) {
      peer.introducedAt = now;
      if (nonce !== undefined) this.#traversal.randomPorts?.hear(peer, trailers.randomPort, now);
      const told = nonce === undefined ? undefined : trailers.alternateAddresses;
      const hasRandomPort = trailers.randomPort !== undefined;
      peer.alternates = this.#traversal.alternates.believed(
        peer.address,
        told ?? [],
        hasRandomPort,
      );
      this.#answerClient(peer, nonce, to, now, sink);
      this.#inviteInside(peer, now, sink);
    } else {
      // A relay never sends anything directly from its own address, so an entry for it would only
      // run into the limit of §5.2.6 on unanswered bubbles, and cut the relay off. A client has none
      // if strangers come too fast.
      this.#traversal.bubbles.sendUnremembered(sourceOf(ipv6), to, nonce, sink);
    }
    return undefined;
  }

  /**
   * A bubble that came straight from a link-local address. Clients of Miredo's, and relays behind
   * NATs, send the same one as through our server. What comes from a symmetric NAT comes from another
   * place than the origin that the server saw, and only an answer to this place gets in.
   */
  answerDirect(
    ipv6: Uint8Array,
    trailers: Trailers,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    if (!isLinkLocal(ipv6, SOURCE) || !isBubble(ipv6)) return "source_invalid";
    if (portOf(from) === 0 || !this.#globalUnicast.has(addressOf(from))) return "source_not_global";
    if (!this.#mayAnswer(ipv6, from, now)) return "rate_limited";
    const { bubbles } = this.#traversal;
    const nonce = bubbles.hasNonces ? trailers.nonce : undefined;
    bubbles.sendUnremembered(sourceOf(ipv6), from, nonce, sink);
    return undefined;
  }

  /**
   * IPv6 addresses are free to make up, so there are limits on the place that answers go to, and on
   * all places at its address: an attacker who forges our server's address must not make us flood
   * others. Both are far above what peers need, or the attacker would keep us from answering them.
   */
  #mayAnswer(ipv6: Uint8Array, to: Endpoint, now: number): boolean {
    const { hash } = this.#search;
    return this.#toPeer?.take(hash.ofBoth(to, ipv6, SOURCE), now) !== false &&
      this.#toPlace?.take(hash.ofEndpoint(to), now) !== false &&
      this.#toAddress?.take(hash.ofIpv4(addressOf(to)), now) !== false;
  }

  /** A neighbour that a hairpinning NAT has let us meet is asked to come by the shorter way. */
  #inviteInside(peer: ClientPeer, now: number, sink: ClientSink): void {
    const { alternates, bubbles } = this.#traversal;
    if (!peer.isReachable(now) || !peer.hasAnswerBudget(now)) return;
    if (alternates.isInside(peer.place)) return;
    for (const at of peer.otherPlaces(peer.place, now)) {
      if (alternates.isInside(at)) bubbles.sendDirect(peer, at, sink);
    }
  }

  /** RFC 6081 §5.2.4.3: what to do with the nonce depends on which of the two NATs is symmetric. */
  #answerClient(
    peer: ClientPeer,
    nonce: number | undefined,
    embedded: Endpoint,
    now: number,
    sink: ClientSink,
  ): void {
    const search = this.#search;
    const isNews = nonce !== undefined && nonce !== peer.nonceReceived;
    peer.nonceReceived = nonce;
    const isReachable = peer.isReachable(now);
    const to = isReachable ? peer.place : embedded;
    // The peer's NAT may be the symmetric one. The peer then needs a nonce of ours, or we would
    // refuse what comes from elsewhere than its address says. A peer that sends no nonces would not
    // return it.
    const isWhereItSays = to === embedded || this.#traversal.alternates.isInside(to);
    const needsNonce = nonce !== undefined && !(isReachable && isWhereItSays);
    // A server at the address of its client, or one made up for the address of a victim, gets one
    // bubble for one: the nonce draws lots between direct and indirect.
    const isShared = serverOf(peer.address) === addressOf(to);
    if (search.isPersistent(peer, now)) {
      const isWhole = search.hasGateway || (needsNonce && !isShared);
      if (isWhole) return search.paced.sendBoth(peer, to, now, sink);
      return search.paced.sendPersistent(peer, to, now, sink);
    }
    if (needsNonce && peer.mayAnswer(now)) {
      if (!isShared) return search.paced.sendBoth(peer, to, now, sink);
      if (nonce % 2 === 0) return search.paced.sendIndirect(peer, now, sink);
    }
    // Our NAT may be symmetric: only with its nonce does the peer believe what comes from our other
    // mapping.
    if (isNews) search.paced.sendUrgent(peer, to, now, sink);
    else if (!needsNonce) search.paced.sendDirect(peer, to, now, sink);
    if (!needsNonce || isShared) return;
    if (isNews) search.paced.postponeIndirect(peer, now);
    else search.paced.postponeBoth(peer, to, now);
  }
}
