/**
 * Waiting for answers to bubbles and connectivity tests.
 *
 * @module
 */

import { ATTEMPT_TIMEOUT } from "./constants.ts";

/**
 * Who is being waited for, and until when.
 *
 * All waits are equally long, so the order in which they began is the order in which they end: a
 * `Map`, which keeps that order, is all the timer wheel that is needed.
 */
export class Attempts<P> {
  readonly #deadlines = new Map<P, number>();

  /** Waits for `peer` from `now` on, anew if it was waited for. */
  await(peer: P, now: number): void {
    this.#deadlines.delete(peer);
    this.#deadlines.set(peer, now + ATTEMPT_TIMEOUT);
  }

  /** Whether `peer` is being waited for. */
  has(peer: P): boolean {
    return this.#deadlines.has(peer);
  }

  /** `peer` answered, or is given up. */
  end(peer: P): void {
    this.#deadlines.delete(peer);
  }

  /** Waits for nobody any more. */
  clear(): void {
    this.#deadlines.clear();
  }

  /** When the first wait ends; `Infinity` without one. */
  next(): number {
    for (const deadline of this.#deadlines.values()) return deadline;
    return Infinity;
  }

  /** Takes out those whose wait has ended by `now`. */
  takeDue(now: number): P[] {
    const due: P[] = [];
    for (const [peer, deadline] of this.#deadlines) {
      if (deadline > now) break;
      due.push(peer);
    }
    for (const peer of due) this.#deadlines.delete(peer);
    return due;
  }
}
