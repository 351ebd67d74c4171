/**
 * Waiting for answers to bubbles and connectivity tests.
 *
 * @module
 */

import { ATTEMPT_TIMEOUT } from "./constants.ts";
import { LruLists } from "./lru_lists.ts";

/** Those who are waited for. */
const AWAITED = 0;

/**
 * Who is being waited for, and until when. Peers are known by the index of their record.
 *
 * All waits are equally long, so the order in which they begin is the order in which they end: a list
 * is all the timer wheel that is needed.
 */
export class AnswerDeadlines {
  readonly #order: LruLists;
  readonly #deadlines: Float64Array;

  /** @param capacity the indexes are below this */
  constructor(capacity: number) {
    this.#order = new LruLists(capacity, 1);
    this.#deadlines = new Float64Array(capacity);
  }

  /** Waits for a peer from `now` on, anew if it was waited for. */
  await(index: number, now: number): void {
    this.#deadlines[index] = now + ATTEMPT_TIMEOUT;
    this.#order.use(index, AWAITED);
  }

  /** Whether a peer is being waited for. */
  has(index: number): boolean {
    return this.#order.has(index);
  }

  /** A peer answered, or is given up. */
  end(index: number): void {
    this.#order.remove(index);
  }

  /** When the first wait ends; `Infinity` without one. */
  next(): number {
    const first = this.#order.oldest(AWAITED);
    return first === undefined ? Infinity : this.#deadlines[first]!;
  }

  /** Takes out those whose wait has ended by `now`. */
  takeDue(now: number): number[] {
    const due: number[] = [];
    for (;;) {
      const first = this.#order.oldest(AWAITED);
      if (first === undefined || this.#deadlines[first]! > now) return due;
      due.push(first);
      this.end(first);
    }
  }
}
