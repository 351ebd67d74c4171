/**
 * What a client or relay knows of one peer, RFC 4380 §5.2.
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";
import { IPV6_ADDRESS_LENGTH } from "../../wire/ipv6_address.ts";
import { getU32 } from "../../memory/octets.ts";
import { isTeredo } from "../../wire/teredo_address.ts";
import { BUBBLE_SPACING, PEER_VALIDITY } from "../constants.ts";
import { PacketQueue } from "./packet_queue.ts";
import type { PacketStore } from "./packet_store.ts";
import { Field, type PeerRecords } from "./peer_records.ts";
import { type Random, randomBytes } from "../random.ts";

/**
 * How long a nonce proves anything, in milliseconds. RFC 6081 sets no limit; but 32 bits are not
 * many, and the answer to a bubble comes at once.
 */
const NONCE_VALIDITY = 30_000;

/**
 * A peer entry. Times are milliseconds of the machine's clock.
 *
 * There can be very many, so entries are small: numbers are kept in a record, what only a search
 * needs exists only during one, and there are no private methods because each would add a field.
 */
export class Peer {
  readonly #records: PeerRecords;
  #index: number;
  /** Packets that wait until the peer is trusted, if any. */
  #waiting: PacketQueue | undefined;

  /**
   * A new entry counts as last sent to and last heard {@linkcode PEER_VALIDITY} ago, §5.2.3 and
   * §5.2.6.
   *
   * @param records the records, of which the entry takes one
   * @param bytes holds the peer's IPv6 address, at `offset`
   */
  constructor(records: PeerRecords, bytes: Uint8Array, offset: number, now: number) {
    this.#records = records;
    this.#index = records.take(bytes, offset);
    this.distrust();
    this.mapping = 0 as Endpoint;
    this.lastReception = this.lastTransmission = now - PEER_VALIDITY;
    this.attempts = 0;
    this.octetsReceived = 0;
    this.octetsSent = 0;
    this.#records.set(this.#index, Field.UNANSWERED_SINCE, -Infinity);
    this.#records.set(this.#index, Field.NONCE_SENT_AT, -Infinity);
    this.nonceReceived = undefined;
    this.#records.bubblesOf(this.#index).reset();
  }

  /** The index of the entry's record. */
  get index(): number {
    return this.#index;
  }

  /** Ends the entry: its record goes to another peer, and later writes to this one are lost. */
  leave(): void {
    this.#records.give(this.#index);
    this.#index = -1;
  }

  /** A copy of the peer's IPv6 address, 16 octets. */
  get address(): Uint8Array<ArrayBuffer> {
    const { octets } = this.#records;
    const at = this.#records.addressAt(this.#index);
    return octets.slice(at, at + IPV6_ADDRESS_LENGTH);
  }

  /** Whether the peer is a Teredo client. */
  get isTeredo(): boolean {
    return isTeredo(this.#records.octets, this.#records.addressAt(this.#index));
  }

  /** Where the peer is: its mapped address and port, or its relay's. Meaningful once trusted. */
  get mapping(): Endpoint {
    return this.#records.get(this.#index, Field.MAPPING) as Endpoint;
  }

  protected set mapping(mapping: Endpoint) {
    this.#records.set(this.#index, Field.MAPPING, mapping);
  }

  /** When the peer was last heard directly. */
  get lastReception(): number {
    return this.#records.get(this.#index, Field.LAST_RECEPTION);
  }

  protected set lastReception(time: number) {
    this.#records.set(this.#index, Field.LAST_RECEPTION, time);
  }

  /** When something was last sent to the peer. */
  get lastTransmission(): number {
    return this.#records.get(this.#index, Field.LAST_TRANSMISSION);
  }

  set lastTransmission(time: number) {
    this.#records.set(this.#index, Field.LAST_TRANSMISSION, time);
  }

  /** How long the peer has been neither heard nor sent to, in milliseconds. */
  silentFor(now: number): number {
    return now - Math.max(this.lastReception, this.lastTransmission);
  }

  /** Whether something would break if the peer were forgotten, however long it has been silent. */
  isNeeded(_now: number): boolean {
    return false;
  }

  /** Attempts (bubbles or connectivity tests) since the search for the peer began. */
  get attempts(): number {
    return this.#records.get(this.#index, Field.ATTEMPTS);
  }

  set attempts(count: number) {
    this.#records.set(this.#index, Field.ATTEMPTS, count);
  }

  /** Octets carried to the peer. */
  get octetsSent(): number {
    return this.#records.get(this.#index, Field.OCTETS_SENT);
  }

  protected set octetsSent(octets: number) {
    this.#records.set(this.#index, Field.OCTETS_SENT, octets);
  }

  /** Octets carried from the peer. */
  get octetsReceived(): number {
    return this.#records.get(this.#index, Field.OCTETS_RECEIVED);
  }

  set octetsReceived(octets: number) {
    this.#records.set(this.#index, Field.OCTETS_RECEIVED, octets);
  }

  /** Whether the peer has proved that its mapping is its own. */
  get isTrusted(): boolean {
    return this.#records.get(this.#index, Field.TRUSTED) === 1;
  }

  /**
   * Whether the peer is one that a full table keeps before all others: nobody else could have made
   * it up.
   */
  get isEstablished(): boolean {
    return this.isTrusted;
  }

  /**
   * Whether the role itself turned to the peer. Others may have come unasked and proved themselves,
   * as many as somebody has addresses.
   */
  get isChosen(): boolean {
    return this.isEstablished;
  }

  /** Whether data may go straight to the mapping, §5.2.4 case 1. */
  isReachable(now: number): boolean {
    return this.isTrusted && now - this.lastReception < PEER_VALIDITY;
  }

  /** The peer proved that it is at `mapping`: it is trusted. */
  trust(mapping: Endpoint, now: number): void {
    this.#records.set(this.#index, Field.TRUSTED, 1);
    this.mapping = mapping;
    this.heard(now);
  }

  /**
   * A direct packet came from a trusted peer. It does not reset the attempts: while a search for
   * another relay is under way, packets through the known one must not prolong it.
   */
  heard(now: number): void {
    this.lastReception = now;
    if (this.#records.lastBubbleOf(this.#index) !== -Infinity) {
      this.#records.bubblesOf(this.#index).reset();
    }
  }

  /** A packet of `octets` went to the peer's mapping. */
  sent(octets: number, now: number): void {
    if (this.#records.get(this.#index, Field.UNANSWERED_SINCE) < this.lastReception) {
      this.#records.set(this.#index, Field.UNANSWERED_SINCE, now);
    }
    this.lastTransmission = now;
    this.octetsSent += octets;
  }

  /** How long packets have been going to the peer with none coming back, in milliseconds. */
  unansweredFor(now: number): number {
    const since = this.#records.get(this.#index, Field.UNANSWERED_SINCE);
    return since < this.lastReception ? 0 : now - since;
  }

  /** Stops trusting the peer's mapping. */
  distrust(): void {
    this.#records.set(this.#index, Field.TRUSTED, 0);
  }

  /** Whether packets wait until the peer is trusted. */
  get isAwaited(): boolean {
    return this.#waiting !== undefined;
  }

  /** Keeps a copy of a packet until the peer is trusted, if there is room. */
  enqueue(packet: Uint8Array, store: PacketStore): boolean {
    this.#waiting ??= new PacketQueue(store);
    const isQueued = this.#waiting.push(packet);
    if (this.#waiting.isEmpty) this.#waiting = undefined;
    return isQueued;
  }

  /** Takes the packets that wait; the oldest comes first. */
  takeQueue(): Uint8Array[] {
    const packets = this.#waiting?.take() ?? [];
    this.#waiting = undefined;
    return packets;
  }

  /** Drops the packets that wait. */
  clearQueue(): void {
    this.#waiting?.clear();
    this.#waiting = undefined;
  }

  /** When the last bubble that was not answered went out; `-Infinity` without any. */
  get lastBubble(): number {
    return this.#records.lastBubbleOf(this.#index);
  }

  /** Whether the last transmission to the peer is long enough ago for a bubble, §5.2.6. */
  isBubbleSpaced(now: number): boolean {
    // The same sum as that of a timer: differences of large numbers are rounded otherwise, and it
    // would go off for ever.
    return now >= this.lastTransmission + BUBBLE_SPACING;
  }

  /** Whether a bubble may go out, §5.2.6. */
  mayBubble(now: number): boolean {
    return this.isBubbleSpaced(now) && this.hasBubbleBudget(now);
  }

  /**
   * Whether the limit on unanswered bubbles, §5.2.6, leaves room for another; it may still be too
   * soon.
   */
  hasBubbleBudget(now: number): boolean {
    return this.#records.bubblesOf(this.#index).isOpen(now);
  }

  /** A bubble went out; a direct and an indirect one together count once. */
  bubbled(now: number): void {
    this.lastTransmission = now;
    this.attempts++;
    this.#records.bubblesOf(this.#index).add(now);
  }

  /**
   * A new nonce for the next indirect bubble, RFC 6081 §5.2.4.1: a direct bubble that returns it is
   * from this peer, wherever it comes from. It is never 0, which stands for none (§5.2.4.3).
   */
  issueNonce(random: Random, now: number): number {
    const nonce = getU32(randomBytes(random, 4), 0) || 1;
    this.#records.set(this.#index, Field.NONCE_SENT, nonce);
    this.#records.set(this.#index, Field.NONCE_SENT_AT, now);
    return nonce;
  }

  /**
   * Whether `nonce`, from a direct bubble, is the latest one that was sent to the peer (§5.2.4.4).
   */
  isProvedBy(nonce: number | undefined, now: number): boolean {
    return nonce === this.#records.get(this.#index, Field.NONCE_SENT) &&
      now - this.#records.get(this.#index, Field.NONCE_SENT_AT) < NONCE_VALIDITY;
  }

  /** The nonce of the peer's latest indirect bubble, if that had one, RFC 6081 §5.2.1. */
  get nonceReceived(): number | undefined {
    const nonce = this.#records.get(this.#index, Field.NONCE_RECEIVED);
    return nonce < 0 ? undefined : nonce;
  }

  set nonceReceived(nonce: number | undefined) {
    this.#records.set(this.#index, Field.NONCE_RECEIVED, nonce ?? -1);
  }
}
