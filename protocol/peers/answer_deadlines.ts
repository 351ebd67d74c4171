/**
 * Waiting for answers to bubbles and connectivity tests.
 *
 * @module
 */

import { ATTEMPT_TIMEOUT } from "../constants.ts";
import { LruLists } from "./lru_lists.ts";

/** The list of awaited peers. */
const AWAITED = 0;

/**
 * Which peers should answer, and by when. Peers are known by the index of their record.
 *
 * All waits are equally long, so they end in the order in which they begin, and a list does for a
 * timer wheel.
 */
export class AnswerDeadlines {
  readonly #order: LruLists;
  readonly #deadlines: Float64Array;

  /** @param capacity the indexes are below this */
  constructor(capacity: number) {
    this.#order = new LruLists(capacity, 1);
    this.#deadlines = new Float64Array(capacity);
  }

  /** Waits for a peer from `now` on; an earlier wait for it starts over. */
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

  /** Removes and returns the peers whose wait has ended by `now`. */
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
