/**
 * Waiting for answers to bubbles and connectivity tests.
 *
 * @module
 */

import { ATTEMPT_TIMEOUT } from "./constants.ts";

/** One wait for one peer; void, and without the peer, once that is waited for anew, or no more. */
interface Wait<P> {
  peer: P | undefined;
  readonly deadline: number;
}

/**
 * So many void waits may stand before the first one that counts, until they are cut off; and so many
 * more than half of the queue may be void behind it.
 */
const MAX_VOID = 1024;

/**
 * Who is being waited for, and until when.
 *
 * All waits are equally long, so the order in which they begin is the order in which they end: a
 * queue is all the timer wheel that is needed.
 */
export class Attempts<P> {
  readonly #waits = new Map<P, Wait<P>>();
  #queue: Wait<P>[] = [];
  /** Where in the queue the first wait stands that may count. */
  #first = 0;

  /** Waits for `peer` from `now` on, anew if it was waited for. */
  await(peer: P, now: number): void {
    this.end(peer);
    const wait = { peer, deadline: now + ATTEMPT_TIMEOUT };
    this.#waits.set(peer, wait);
    this.#queue.push(wait);
    if (this.#queue.length > 2 * (this.#waits.size + MAX_VOID)) this.#compact();
  }

  /** Whether `peer` is being waited for. */
  has(peer: P): boolean {
    return this.#waits.has(peer);
  }

  /** `peer` answered, or is given up. */
  end(peer: P): void {
    const wait = this.#waits.get(peer);
    if (wait === undefined) return;
    wait.peer = undefined;
    this.#waits.delete(peer);
  }

  /** When the first wait ends; `Infinity` without one. */
  next(): number {
    return this.#head()?.deadline ?? Infinity;
  }

  /** Takes out those whose wait has ended by `now`. */
  takeDue(now: number): P[] {
    const due: P[] = [];
    for (let wait = this.#head(); wait && wait.deadline <= now; wait = this.#head()) {
      due.push(wait.peer!);
      this.end(wait.peer!);
    }
    return due;
  }

  /** The first wait that counts. */
  #head(): Wait<P> | undefined {
    let wait = this.#queue[this.#first];
    while (wait !== undefined && wait.peer === undefined) {
      wait = this.#queue[++this.#first];
    }
    if (this.#first > MAX_VOID || wait === undefined) {
      this.#queue.splice(0, this.#first);
      this.#first = 0;
    }
    return wait;
  }

  /** A flood of peers that make room for one another must not be remembered until their waits end. */
  #compact(): void {
    this.#queue = this.#queue.filter(({ peer }) => peer !== undefined);
    this.#first = 0;
  }
}
