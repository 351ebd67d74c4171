/**
 * How many bubbles may go unanswered, RFC 4380 §5.2.6.
 *
 * @module
 */

import { BUBBLE_WINDOW, MAX_BUBBLES } from "./constants.ts";

/** Remembers the last bubbles that nobody answered: no more than four in 300 seconds. */
export class BubbleWindow {
  /** When they went out; {@linkcode MAX_BUBBLES} at most. */
  readonly #sent: number[] = [];

  /** Whether another bubble may go out. */
  isOpen(now: number): boolean {
    return this.#sent.length < MAX_BUBBLES || now - this.#sent[0]! >= BUBBLE_WINDOW;
  }

  /** A bubble went out. */
  add(now: number): void {
    if (this.#sent.length === MAX_BUBBLES) this.#sent.shift();
    this.#sent.push(now);
  }

  /** An answer came. */
  reset(): void {
    if (this.#sent.length > 0) this.#sent.length = 0;
  }

  /** Counts a bubble, if one may go out. */
  take(now: number): boolean {
    if (!this.isOpen(now)) return false;
    this.add(now);
    return true;
  }
}
