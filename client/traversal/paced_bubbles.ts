/**
 * Bubbles to peers, as RFC 4380 §5.2.6 limits them: two seconds after the last packet to the peer,
 * and four without an answer. One that comes too soon is put off; one too many stays unsent.
 *
 * The four of a search and the four that answer the peer are counted apart. Anyone can forge what is
 * answered, and would otherwise keep the host from the peer; and two clients that looked for each
 * other at different times would have none left when the other asks.
 *
 * @module
 */

import { MAX_ATTEMPTS } from "../../protocol/constants.ts";
import { addressOf, type Endpoint } from "../../wire/endpoint.ts";
import { mappingOf, serverOf } from "../../wire/teredo_address.ts";
import type { ClientPeer } from "../client_peer.ts";
import type { ClientSink } from "../client_sink.ts";
import { type PostponedBubble, PostponedBubbles } from "./postponed_bubbles.ts";
import type { Traversal } from "./traversal.ts";
import { type Way, waysInTurn } from "./ways.ts";

/** The searches for peers, which send bubbles as well. */
interface Searches {
  /** Whether a peer is being looked for. */
  isSearching(peer: ClientPeer): boolean;
  /** Makes the next attempt of the search for a peer. */
  repeat(peer: ClientPeer, now: number, sink: ClientSink): void;
}

/** Decides when bubbles go out, and by which ways. */
export class PacedBubbles {
  readonly #traversal: Traversal;
  readonly #searches: Searches;
  readonly #postponed = new PostponedBubbles();

  constructor(traversal: Traversal, searches: Searches) {
    this.#traversal = traversal;
    this.#searches = searches;
  }

  /** A bubble straight to `to`, as soon as the limits allow one to this peer. */
  sendDirect(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    if (peer.mayAnswer(now)) this.#sendDirect(peer, to, now, sink);
    else this.#postpone(peer, { kind: "direct", to }, now);
  }

  /**
   * A bubble straight to `to` however recent the last one was, because it brings the peer news.
   * Only the limit on unanswered bubbles holds.
   */
  sendUrgent(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    if (peer.hasAnswerBudget(now)) this.#sendDirect(peer, to, now, sink);
  }

  /** A bubble straight to `to` whatever the limits say, because the caller has its own. */
  sendPersistent(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    this.#sendDirect(peer, to, now, sink);
  }

  /** Answers a peer's solicitation: we are still here, RFC 6081 §5.7.4.2. */
  advertise(peer: ClientPeer, now: number, sink: ClientSink): void {
    if (!peer.mayAnswer(now)) return this.#postpone(peer, { kind: "advertisement" }, now);
    peer.answered(now);
    this.#traversal.bubbles.sendDiscovery(peer, "advertisement", sink);
  }

  /**
   * A bubble straight to `to` opens our NAT, an indirect one makes the peer open its own. The
   * caller has looked at the limits. In an Echo Test a bubble opens our NAT as well, and a peer that
   * anyone can have made up has paid for one of the two.
   */
  sendBoth(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    const { randomPorts, echoTests } = this.#traversal;
    randomPorts?.prepare(peer, now, sink);
    if (!peer.isEstablished && echoTests?.delays(peer, now, sink)) return peer.answered(now);
    this.#sendDirect(peer, to, now, sink);
    this.#sendIndirect(peer, now, sink);
  }

  /** The second of {@linkcode sendBoth} alone. */
  sendIndirect(peer: ClientPeer, now: number, sink: ClientSink): void {
    peer.answered(now);
    this.#sendIndirect(peer, now, sink);
  }

  /** What {@linkcode sendBoth} sends, when the spacing of bubbles allows it. */
  postponeBoth(peer: ClientPeer, to: Endpoint, now: number): void {
    this.#postpone(peer, { kind: "both", to }, now);
  }

  /** What {@linkcode sendIndirect} sends, after a direct one. */
  postponeIndirect(peer: ClientPeer, now: number): void {
    this.#postpone(peer, { kind: "indirect" }, now);
  }

  /** The next attempt of a search, when the spacing of bubbles allows it. */
  postponeAttempt(peer: ClientPeer): void {
    this.#postponed.add(peer, { kind: "attempt" });
  }

  /**
   * An attempt to find a peer, by a direct and an indirect bubble: one of them, if the host's answer to
   * a stranger is to pay for both at the same address.
   */
  attempt(peer: ClientPeer, now: number, sink: ClientSink): void {
    const { randomPorts, mappedPort } = this.#traversal;
    randomPorts?.prepare(peer, now, sink);
    const to = mappingOf(peer.address);
    const isSingle = !peer.isEstablished && serverOf(peer.address) === addressOf(to);
    peer.bubbled(now);
    const isSecond = ++peer.tries % 2 === 0;
    if (!isSingle || !isSecond) this.#sendEverywhere(peer, to, now, sink);
    if (isSingle && !isSecond) return;
    mappedPort?.startOver(peer);
    // Every other one to a silent peer, also if each was the only one of its search.
    if (isSecond) this.#sendPlain(peer, now, sink);
    else this.#sendIndirect(peer, now, sink);
  }

  /** An attempt to find a peer at `to`. */
  attemptAt(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    peer.bubbled(now);
    this.#sendEverywhere(peer, to, now, sink);
  }

  /** Asks a peer that fell silent whether it is still where it was, RFC 6081 §5.7.4.1. */
  solicit(peer: ClientPeer, now: number, sink: ClientSink): void {
    peer.bubbled(now);
    this.#traversal.bubbles.sendDiscovery(peer, "solicitation", sink);
  }

  /**
   * Asks a peer that can be reached for a proof of where it is, wherever that may be. Data goes to it
   * meanwhile, so this keeps no distance; the caller has looked at the limit.
   */
  askForProof(peer: ClientPeer, now: number, sink: ClientSink): void {
    const { randomPorts, bubbles } = this.#traversal;
    const mapping = mappingOf(peer.address);
    randomPorts?.prepare(peer, now, sink);
    peer.asked(now);
    // Data opens our NAT for the place that it goes to. Strangers have not paid for more than one.
    const random = peer.isEstablished ? randomPorts?.wayTo(peer) : undefined;
    if (random !== undefined) bubbles.sendDirect(peer, random.to, sink, random.via);
    if (peer.isEstablished && peer.place !== mapping) bubbles.sendDirect(peer, mapping, sink);
    // A stranger may get no second one, and every client understands what has no trailers.
    if (peer.attempts % 2 === 1) this.#sendPlain(peer, now, sink);
    else this.#sendIndirect(peer, now, sink);
  }

  /**
   * Bubbles to a peer that answers through a gateway, so that the limit of §5.2.6 does not apply.
   */
  tryDirect(peer: ClientPeer, now: number, sink: ClientSink): void {
    const { randomPorts, mappedPort } = this.#traversal;
    peer.gateway?.tried(now);
    peer.lastTransmission = now;
    randomPorts?.prepare(peer, now, sink);
    this.#sendEverywhere(peer, mappingOf(peer.address), now, sink);
    mappedPort?.startOver(peer);
    this.#sendPlain(peer, now, sink);
  }

  /** Drops what was put off for a peer. */
  cancel(peer: ClientPeer): void {
    this.#postponed.cancel(peer);
  }

  /** When {@linkcode handleTimer} is due. */
  nextTimer(): number {
    return this.#postponed.nextTimer();
  }

  /** Sends what was put off until now. */
  handleTimer(now: number, sink: ClientSink): void {
    for (const [peer, bubble] of this.#postponed.takeDue(now)) {
      if (peer.index >= 0) this.#sendPostponed(peer, bubble, now, sink);
    }
  }

  /**
   * The spacing of bubbles forbids this one now; where their number does, it stays unsent.
   */
  #postpone(peer: ClientPeer, bubble: PostponedBubble, now: number): void {
    // The search for the peer sends as much, and soon.
    if (this.#searches.isSearching(peer) && peer.hasBubbleBudget(now)) return;
    if (peer.hasAnswerBudget(now)) this.#postponed.add(peer, bubble);
  }

  /**
   * Sends what was put off. If it is too soon again, what was sent meanwhile has done as well if the
   * peer can be reached; otherwise that was less, and the bubble waits on.
   */
  #sendPostponed(peer: ClientPeer, bubble: PostponedBubble, now: number, sink: ClientSink): void {
    if (bubble.kind === "attempt") {
      if (this.#searches.isSearching(peer)) this.#searches.repeat(peer, now, sink);
      return;
    }
    if (!peer.mayAnswer(now)) {
      if (!peer.isReachable(now)) this.#postpone(peer, bubble, now);
      return;
    }
    switch (bubble.kind) {
      case "advertisement":
        return this.advertise(peer, now, sink);
      case "direct":
        return this.#sendDirect(peer, bubble.to, now, sink);
      case "indirect":
        if (!peer.isReachable(now)) this.sendIndirect(peer, now, sink);
        return;
      case "both":
        if (!peer.isReachable(now)) this.sendBoth(peer, bubble.to, now, sink);
    }
  }

  #sendDirect(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    peer.answered(now);
    this.#sendEverywhere(peer, to, now, sink);
  }

  /**
   * An indirect bubble, with trailers. It may have to wait for an Echo Test, unless nobody has paid
   * for the bubble of that.
   */
  #sendIndirect(peer: ClientPeer, now: number, sink: ClientSink): void {
    const { echoTests, bubbles } = this.#traversal;
    if (peer.isEstablished && echoTests?.delays(peer, now, sink)) return;
    bubbles.sendIndirect(peer, now, sink);
  }

  /**
   * An indirect bubble without a trailer, because RFC 4380 §5.2.3 lets a client drop what has any.
   * Where there are trailers for the peer, or where it has sent some, they stay, except in the last
   * attempt: a peer that has itself had four bubbles in vain may answer nothing that comes from our
   * address (§5.2.6), and if two clients looked for each other at different times, neither would
   * ever find the other.
   */
  #sendPlain(peer: ClientPeer, now: number, sink: ClientSink): void {
    const { bubbles, alternates } = this.#traversal;
    const knowsTrailers = peer.nonceReceived !== undefined || alternates.sharesServer(peer.address);
    const isLast = peer.attempts >= MAX_ATTEMPTS ||
      peer.tries % MAX_ATTEMPTS === 0 && peer.tries > 0;
    if ((knowsTrailers && !isLast) || !bubbles.hasNonces) this.#sendIndirect(peer, now, sink);
    else bubbles.sendProving(peer.address, now, sink);
  }

  /**
   * To where the peer should be and, until it is met, wherever else it may be, RFC 6081 §5.6.4.2. A
   * peer that anyone can have made up has paid for one bubble to each address.
   */
  #sendEverywhere(peer: ClientPeer, to: Endpoint, now: number, sink: ClientSink): void {
    const { bubbles, randomPorts } = this.#traversal;
    if (peer.isSettled(now)) return bubbles.sendDirect(peer, to, sink, peer.viaTo(to));
    const usual: Way = { to, via: "service" };
    const random = randomPorts?.wayTo(peer);
    const others = peer.otherPlaces(to, now).map((to): Way => ({ to, via: "service" }));
    // The usual one is behind the random one: peers that believe each in turn prefer our service
    // port then.
    const ways = [...random === undefined ? [] : [random], usual, ...others];
    for (const way of peer.isEstablished ? ways : waysInTurn(ways, usual, peer.turn++)) {
      bubbles.sendDirect(peer, way.to, sink, way.via);
    }
  }
}
