/**
 * What a client or relay knows of one peer, RFC 4380 §5.2.
 *
 * @module
 */

import type { Endpoint } from "../wire/endpoint.ts";
import { BubbleWindow } from "./bubble_window.ts";
import { BUBBLE_SPACING, PEER_VALIDITY } from "./constants.ts";
import { PacketQueue, type QueueBudget } from "./packet_queue.ts";

/** A peer entry. Times are milliseconds of the machine's clock. */
export class Peer {
  /** The peer's IPv6 address, 16 octets. */
  readonly address: Uint8Array;
  /** Packets for the peer that wait until it is trusted. */
  readonly outgoing: PacketQueue;
  /** Where the peer is: its mapped address and port, or its relay's. Means something once trusted. */
  mapping = 0 as Endpoint;
  /** When the peer was last heard directly. */
  lastReception: number;
  /** When something was last sent to the peer. */
  lastTransmission: number;
  /** Attempts (bubbles or connectivity tests) since the search for the peer began. */
  attempts = 0;
  /** Octets carried to and from the peer. */
  octetsSent = 0;
  octetsReceived = 0;

  #trusted = false;
  /** When the first packet went out since the peer was last heard. */
  #unansweredSince = -Infinity;
  readonly #bubbles = new BubbleWindow();

  /** A new entry has last sent and heard {@linkcode PEER_VALIDITY} ago, §5.2.3 and §5.2.6. */
  constructor(address: Uint8Array, now: number, budget: QueueBudget) {
    this.address = address.slice();
    this.outgoing = new PacketQueue(budget);
    this.lastReception = this.lastTransmission = now - PEER_VALIDITY;
  }

  /** Whether the peer has proved that its mapping is its own. */
  get isTrusted(): boolean {
    return this.#trusted;
  }

  /** Whether data may go straight to the mapping, §5.2.4 case 1. */
  isReachable(now: number): boolean {
    return this.#trusted && now - this.lastReception < PEER_VALIDITY;
  }

  /** The peer proved that it is at `mapping`: it is trusted. */
  trust(mapping: Endpoint, now: number): void {
    this.#trusted = true;
    this.mapping = mapping;
    this.heard(now);
  }

  /**
   * A direct packet came from a trusted peer. The attempts go on counting: while a search for another
   * relay is under way, packets through the known one must not prolong it.
   */
  heard(now: number): void {
    this.lastReception = now;
    this.#bubbles.reset();
  }

  /** A packet of `octets` went to the peer's mapping. */
  sent(octets: number, now: number): void {
    if (this.#unansweredSince < this.lastReception) this.#unansweredSince = now;
    this.lastTransmission = now;
    this.octetsSent += octets;
  }

  /** How long packets have been going to the peer without any from it, in milliseconds. */
  unansweredFor(now: number): number {
    return this.#unansweredSince < this.lastReception ? 0 : now - this.#unansweredSince;
  }

  /** The mapping is no longer believed. */
  distrust(): void {
    this.#trusted = false;
  }

  /** Whether a bubble may go out, §5.2.6. */
  mayBubble(now: number): boolean {
    return now - this.lastTransmission >= BUBBLE_SPACING && this.mayBubbleLater(now);
  }

  /** Whether nothing but the last transmission, which was too recent, forbids a bubble. */
  mayBubbleLater(now: number): boolean {
    return this.#bubbles.isOpen(now);
  }

  /** A bubble went out; a direct and an indirect one together count once. */
  bubbled(now: number): void {
    this.lastTransmission = now;
    this.attempts++;
    this.#bubbles.add(now);
  }
}
