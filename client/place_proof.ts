/**
 * Whether a peer has proved that it is where its packets seem to come from. RFC 4380 §5.2.3 case 3
 * trusts without one, but anyone can forge such packets.
 *
 * @module
 */

import { BubbleWindow } from "../protocol/peers/bubble_window.ts";
import { PROOF_INTERVAL, PROOF_PATIENCE } from "./timing.ts";

/** A proof that was given, or is asked for now and then. Times are in milliseconds. */
export class PlaceProof {
  /** When the peer may be asked; `Infinity` once it has given a proof. */
  #dueAt = -Infinity;
  /** When it was last asked; `-Infinity` if it was not asked at this place. */
  #askedAt = -Infinity;
  /** Bubbles that asked and got no answer. A search has others: a peer may be unable to answer. */
  #asks: BubbleWindow | undefined;

  /** Whether there is one. */
  get isGiven(): boolean {
    return this.#dueAt === Infinity;
  }

  /** Whether the peer has been asked where it is now. */
  get isAskedFor(): boolean {
    return this.#askedAt > -Infinity;
  }

  /** When the peer was last asked where it is now. */
  get askedAt(): number {
    return this.#askedAt;
  }

  /** When a bubble last asked, wherever the peer was; `-Infinity` if none did. */
  get lastBubble(): number {
    return this.#asks?.last ?? -Infinity;
  }

  /** Whether it is time to ask. */
  isDue(now: number): boolean {
    return now >= this.#dueAt;
  }

  /** Whether a bubble may ask: four times in 300 s. */
  mayAsk(now: number): boolean {
    return this.#asks?.isOpen(now) ?? true;
  }

  /** The peer was found at another place, by a packet that may be forged. */
  expect(now: number): void {
    this.#dueAt = now + PROOF_PATIENCE;
    this.#askedAt = -Infinity;
  }

  /** A bubble asks for it. */
  asked(now: number): void {
    this.#askedAt = now;
    this.#dueAt = now + PROOF_INTERVAL;
    this.#asks ??= BubbleWindow.alone();
    this.#asks.add(now);
  }

  /** The peer has shown by an answer that nobody else could give that it is there. */
  give(): void {
    this.#dueAt = Infinity;
    this.#asks = undefined;
  }
}
