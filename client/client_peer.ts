/**
 * What a client knows of a peer beyond what every role knows.
 *
 * @module
 */

import { MAX_ATTEMPTS } from "../protocol/constants.ts";
import { BubbleWindow } from "../protocol/peers/bubble_window.ts";
import { Peer } from "../protocol/peers/peer.ts";
import { addressOf, type Endpoint, endpoint } from "../wire/endpoint.ts";
import { mappingOf, serverOf } from "../wire/teredo_address.ts";
import { CLOSING_DELAY, INTRODUCTION_TIME, LOCAL_PEER_VALIDITY } from "./timing.ts";
import type { ClientSocket } from "./client_sink.ts";
import { PlaceProof } from "./place_proof.ts";
import { type HeldPacket, Trial } from "./trial.ts";
import type { GatewayPath } from "./traversal/gateway_path.ts";
import { isBeside, NO_ALTERNATES } from "./traversal/alternate_addresses.ts";
import type { RandomPort } from "./traversal/random_port.ts";

/** Other places where a neighbour may be. Other peers have none. */
interface Neighbourhood {
  local: { readonly at: Endpoint; readonly until: number } | undefined;
  alternates: readonly Endpoint[];
  provedAt: number;
}

/** A peer entry of a client. */
export class ClientPeer extends Peer {
  /** The way to a Teredo peer through a gateway, if one answered for it. */
  gateway: GatewayPath | undefined;
  /** The socket that the peer was last found at: where its packets come in and ours go out. */
  via: ClientSocket = "service";
  /** Our random port for this peer, if one is open (RFC 6081 §5.4). */
  ownPort: RandomPort | undefined;
  /** The peer's random port according to its indirect bubbles; 0 if it has none. */
  randomPort = 0;
  /** Which of several ways the next answer to the peer takes. */
  turn = 0;
  /**
   * Attempts by bubbles since the peer was last heard, in this search and earlier ones: a search may
   * have room for one only, and they take turns.
   */
  tries = 0;
  /** When the latest indirect bubble of the peer came, which says whether it has a random port. */
  introducedAt = -Infinity;
  /** When the host's own answer to a packet last stood in for a bubble. */
  leftToHostAt = -Infinity;
  /** Whether the host was the first to send. */
  #isChosen = false;
  /** Whether the peer has proved itself. */
  #isProved = false;
  readonly #placeProof = new PlaceProof();
  /** Teredo clients have none. */
  #trial: Trial | undefined;
  #neighbourhood: Neighbourhood | undefined;
  /** Whether the last search was in vain. */
  #isMissing = false;
  /**
   * Attempts that are paid for: a packet from the network, or an answer to a stranger, pays for one,
   * another packet of the host for all.
   */
  #paidAttempts = 0;
  /**
   * Bubbles that answer what came in. Anyone can forge that, so they don't count as the host's search
   * for the peer.
   */
  #answers: BubbleWindow | undefined;
  /** Where the peer was found before, and how long what comes from there is still its own. */
  #former: { readonly at: Endpoint; readonly until: number } | undefined;
  /** Where packets go instead of the mapping, if anywhere (RFC 6081 §5.3.4). */
  #place: Endpoint | undefined;

  /**
   * Trusted is not enough: a Teredo client is trusted when a packet seems to come from where its
   * address says (RFC 4380 §5.2.3 case 3), and anyone can send that.
   */
  override get isEstablished(): boolean {
    return this.#isChosen || this.#isProved;
  }

  override get isChosen(): boolean {
    return this.#isChosen;
  }

  /** Packets through a gateway count as no traffic with the peer. */
  override isNeeded(now: number): boolean {
    return this.gateway?.isNeeded(now) === true;
  }

  /** Others can't have made the peer up, because the host wants it. */
  establish(): void {
    this.#isChosen = true;
  }

  /** Others can't have made the peer up, because it gave an answer that only it can. */
  prove(): void {
    this.#isProved = true;
  }

  /** Whether packets wait for the peer that can't be late answers to a stranger. */
  get isSought(): boolean {
    return this.isAwaited && this.isEstablished;
  }

  /** Whether the peer came by itself, has proved nothing, and the host got something from it. */
  get hasCalled(): boolean {
    return !this.isEstablished && this.isTeredo && this.octetsReceived > 0;
  }

  override trust(mapping: Endpoint, now: number): void {
    if (this.isReachable(now) && this.mapping !== mapping) {
      this.#former = { at: this.mapping, until: now + CLOSING_DELAY };
    }
    if (!this.isReachable(now) || this.mapping !== mapping) this.#placeProof.expect(now);
    super.trust(mapping, now);
    this.#isMissing = false;
    this.#place = undefined;
  }

  override heard(now: number): void {
    super.heard(now);
    this.tries = 0;
    if (this.#answers !== undefined) this.#answers = undefined;
  }

  override get lastBubble(): number {
    const { last: lastAnswer = -Infinity } = this.#answers ?? {};
    return Math.max(super.lastBubble, lastAnswer, this.#placeProof.lastBubble);
  }

  /** Whether a bubble may answer what came in, §5.2.6. */
  mayAnswer(now: number): boolean {
    return this.isBubbleSpaced(now) && this.hasAnswerBudget(now);
  }

  /** The same, though it may be too soon. */
  hasAnswerBudget(now: number): boolean {
    return this.#answers?.isOpen(now) ?? true;
  }

  /** Whether four such answers have gone out in the last so many milliseconds. */
  hasAnsweredWithin(length: number, now: number): boolean {
    return this.#answers?.isOpen(now, length) === false;
  }

  /** A bubble went out that answers what came in; a direct and an indirect one count once. */
  answered(now: number): void {
    this.lastTransmission = now;
    this.#answers ??= BubbleWindow.alone();
    this.#answers.add(now);
  }

  /** The peer has shown by an answer that nobody else could give that it is at its mapping. */
  provePlace(): void {
    this.#placeProof.give();
  }

  /** Whether the peer can be reached at a place that it has proved. */
  isMet(now: number): boolean {
    return this.#placeProof.isGiven && this.isReachable(now);
  }

  /** Whether the peer can be reached, and has given all proofs that it was asked for. */
  isSettled(now: number): boolean {
    const { isGiven, isAskedFor } = this.#placeProof;
    return (isGiven || !isAskedFor) && this.isReachable(now);
  }

  /** Whether to ask the peer for a proof: it can be reached, but that may be somebody's forgery. */
  isProofDue(now: number): boolean {
    return this.#placeProof.isDue(now) && this.isReachable(now) && this.mayBeAsked(now);
  }

  /**
   * Whether a bubble may ask for a proof, four times in 300 s. Strangers that anyone can have made up
   * pay for each with a packet, and get the host's answer besides: their server is asked only if it is
   * elsewhere.
   */
  mayBeAsked(now: number): boolean {
    if (!this.#placeProof.mayAsk(now)) return false;
    if (this.isEstablished) return true;
    const { address } = this;
    const isShared = serverOf(address) === addressOf(mappingOf(address));
    return !isShared && this.lastReception > this.#placeProof.askedAt;
  }

  /** The peer is asked for a proof. */
  asked(now: number): void {
    this.#placeProof.asked(now);
    this.lastTransmission = now;
    this.attempts++;
  }

  /** Where packets for the peer go once it is trusted: usually to its mapping. */
  get place(): Endpoint {
    return this.#place ?? this.mapping;
  }

  /** Whether the peer is trusted, and found at this socket. */
  isAt(via: ClientSocket): boolean {
    return this.isTrusted && this.via === via;
  }

  /**
   * Whether a packet that came to the socket `via` does not change where the peer is found: the
   * service port is better than a random one, and takes over (RFC 6081 §5.4.4.5).
   */
  isAtOrBehind(via: ClientSocket): boolean {
    return this.via === via || this.via === "service";
  }

  /** Whether a packet may have left before the peer was found elsewhere. */
  wasAt(at: Endpoint, now: number): boolean {
    return this.#former?.at === at && now < this.#former.until;
  }

  /** Where the peer's random port is, if it has one. */
  get randomPlace(): Endpoint | undefined {
    if (this.randomPort === 0) return undefined;
    return endpoint(addressOf(mappingOf(this.address)), this.randomPort);
  }

  /** The socket from which packets go to `place`. */
  viaTo(place: Endpoint): ClientSocket {
    return this.isTrusted && place === this.place ? this.via : "service";
  }

  /** Packets go to `place` until the peer proves its place again; `undefined`: to its mapping. */
  sendTo(place: Endpoint | undefined): void {
    this.#place = place;
  }

  /** The peer announced itself from `at` on our link, §5.2.8. That does not make it trusted. */
  meet(at: Endpoint, now: number): void {
    this.#isMissing = false;
    this.#hood.local = { at, until: now + LOCAL_PEER_VALIDITY };
    // The count of bubbles starts afresh as well (§5.2.8).
    if (!this.isTrusted) this.heard(now);
  }

  /** Where the peer is on our link, if it announced itself there recently enough. */
  localAt(now: number): Endpoint | undefined {
    const local = this.#neighbourhood?.local;
    return local !== undefined && now < local.until ? local.at : undefined;
  }

  /** Where else the peer says in its latest indirect bubble that it is, RFC 6081 §5.6.1. */
  get alternates(): readonly Endpoint[] {
    return this.#neighbourhood?.alternates ?? NO_ALTERNATES;
  }

  set alternates(alternates: readonly Endpoint[]) {
    if (this.#neighbourhood !== undefined || alternates.length > 0) {
      this.#hood.alternates = alternates;
    }
  }

  get #hood(): Neighbourhood {
    const nothing = { local: undefined, alternates: NO_ALTERNATES, provedAt: -Infinity };
    return this.#neighbourhood ??= nothing;
  }

  /** The peer has shown that it gets what our own server sends to our own NAT. */
  proveNeighbour(now: number): void {
    this.#hood.provedAt = now;
  }

  /**
   * Whether the host has packets for the peer that wait for a way, or take a detour: others can
   * forge what the peer says, but not that the host wants it.
   */
  isWanted(now: number): boolean {
    return this.isSought || this.isBehindGateway(now);
  }

  /** Whether to believe an alternate address: anyone can have forged the bubble that it came in. */
  #believes(alternate: Endpoint, now: number): boolean {
    return isBeside(alternate, this.address) || this.isWanted(now) ||
      now - (this.#neighbourhood?.provedAt ?? -Infinity) < INTRODUCTION_TIME;
  }

  /** Everywhere but at `place` that the peer may be, for all that neighbours tell. */
  otherPlaces(place: Endpoint, now: number): Endpoint[] {
    const local = this.localAt(now);
    const places = new Set(this.alternates.filter((at) => this.#believes(at, now)));
    if (local !== undefined) places.add(local);
    places.delete(place);
    return [...places];
  }

  /** Where the peer last proved to be, if it ever did. */
  get lastPlace(): Endpoint | undefined {
    return this.mapping === 0 ? undefined : this.mapping;
  }

  /**
   * Whether the last search for the peer was in vain: where it was is not the first place to look
   * then.
   */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  /**
   * The peer was looked for in vain. Where it may be is still remembered: if it speaks up from
   * there, it is believed.
   */
  missed(): void {
    this.#isMissing = true;
  }

  /**
   * Whether to believe that the peer is at `at`, though its address says otherwise: it announced
   * itself there (§5.2.3 case 5), it told us so in an indirect bubble (RFC 6081 §5.4, §5.6), which
   * came through its server and ours, or it had proved to be there before it fell silent (RFC 6081
   * §5.7).
   */
  mayBeAt(at: Endpoint, now: number): boolean {
    return at === this.localAt(now) || at === this.lastPlace || at === this.randomPlace ||
      this.wasAt(at, now) || (this.alternates.includes(at) && this.#believes(at, now));
  }

  /** Where a packet for the peer goes at once, if anywhere. */
  placeFor(ipv6: Uint8Array, now: number): Endpoint | undefined {
    const { gateway } = this;
    const isDirect = this.isReachable(now);
    if (gateway === undefined) return isDirect ? this.place : undefined;
    if (gateway.carries(ipv6, now)) return gateway.at;
    if (isDirect) return this.place;
    return gateway.isOpen(now) ? gateway.at : undefined;
  }

  /** A packet, or several of one flow with `octets` together, goes to `place`. */
  sentTo(place: Endpoint, ipv6: Uint8Array, octets: number, now: number): void {
    if (this.gateway === undefined || place !== this.gateway.at) return this.sent(octets, now);
    // The peer does not hear it from us, so bubbles need not keep their distance from it (§5.2.6).
    this.gateway.sent(ipv6, now);
    this.octetsSent += octets;
  }

  /** Whether the peer can be reached through a gateway, and no other way. */
  isBehindGateway(now: number): boolean {
    return this.gateway?.isOpen(now) === true && !this.isReachable(now);
  }

  /** The data of the test under way, or new data from `draw`. */
  testData(now: number, draw: () => Uint8Array): Uint8Array {
    this.#trial ??= new Trial();
    return this.#trial.testData(now, draw);
  }

  /** Whether a test is under way. */
  isTested(now: number): boolean {
    return this.#trial?.isUnderWay(now) ?? false;
  }

  /** Whether an Echo Reply with `data` answers the test. */
  isAnsweredBy(data: Uint8Array, now: number): boolean {
    return this.#trial?.isAnsweredBy(data, now) ?? false;
  }

  /** Keeps a packet from the network until the test is answered, if there is room. It pays for one. */
  hold(packet: Uint8Array, from: Endpoint): boolean {
    this.pay();
    this.#trial ??= new Trial();
    return this.#trial.hold(packet, from);
  }

  /** A packet of the host pays for a whole search. */
  payForSearch(): void {
    this.#paidAttempts = MAX_ATTEMPTS;
  }

  /**
   * A packet from the network, or an answer to a stranger, pays for one attempt, which is about as
   * long: anyone can forge such packets, and would otherwise get four attempts for each, even in the
   * name of a host that has proved itself.
   */
  pay(): void {
    if (this.#paidAttempts < MAX_ATTEMPTS) this.#paidAttempts++;
  }

  /** Takes what was paid for one attempt. */
  takePaidAttempt(): boolean {
    if (this.#paidAttempts === 0) return false;
    this.#paidAttempts--;
    return true;
  }

  /** Removes and returns the packets held; the oldest comes first. */
  takeHeld(): HeldPacket[] {
    return this.#trial?.takeHeld() ?? [];
  }

  /** Ends the test, so that its data proves nothing any more, and returns the packets held. */
  endTrial(): HeldPacket[] {
    const held = this.takeHeld();
    this.#trial = undefined;
    // What is left would add to what the next packet pays for.
    this.#paidAttempts = 0;
    return held;
  }
}
