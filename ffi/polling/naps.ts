/**
 * How long to wait for packets on the thread of the event loop.
 *
 * @module
 */

import { untilNextTimer } from "../../timers.ts";
import { findEventLoop } from "../open.ts";
import type { WaitHandle } from "../waiting.ts";

/**
 * How long the first nap after something happened lasts, in milliseconds, and how many times as long
 * each is as the one before. What the event loop could not finish between two naps waits for the
 * end of the next: at most so many times as long as nothing has happened already.
 */
const SHORTEST = 1;
const GROWTH = 4;

/**
 * The longest nap in milliseconds, for timers that {@linkcode untilNextTimer} misses and for what
 * the event loop has left unfinished.
 */
const LONGEST = 30_000;

/**
 * How long after something was read naps are short, in milliseconds: longer than from ping to ping.
 * A packet that ends a nap of 50 ms takes half as long again as one that ends a nap of 16, because
 * others have taken over the processor's caches.
 */
const RECENT = 1_200;
const LONGEST_RECENT = 16;

/** The longest nap if sockets and signals do not end it. They have to wait for it then. */
const LONGEST_DEAF = 4;

/**
 * The naps of a poller. They grow while nothing happens, and end when a timer is due or, if the
 * system shows that, when the event loop has something to do.
 */
export class Naps {
  #ends: readonly WaitHandle[];
  #length = SHORTEST;
  #hasLooked = false;
  #readAt = -Infinity;

  /** @param bell what else ends a nap */
  constructor(bell: WaitHandle) {
    this.#ends = [bell];
  }

  /** What ends a nap: the bell, and what shows that the event loop has something to do. */
  get ends(): readonly WaitHandle[] {
    return this.#ends;
  }

  /** How long the next nap may last, in milliseconds. */
  get length(): number {
    return Math.min(this.#length, Math.max(SHORTEST, untilNextTimer()));
  }

  /** Whether a wait on a thread would be better: nobody should nap deafly for long. */
  get areOver(): boolean {
    return this.#hasLooked && this.#isDeaf && !this.isRecent;
  }

  /** Something was read. */
  restart(): void {
    this.#length = SHORTEST;
    this.#readAt = performance.now();
  }

  /** Nothing was read. Unless it was the event loop's turn, the next nap may be longer. */
  goOn(isTurn: boolean): void {
    if (!this.#hasLooked) this.#listen();
    this.#length = isTurn || untilNextTimer() <= 0
      ? SHORTEST
      : Math.min(GROWTH * this.#length, this.#longest);
  }

  get #longest(): number {
    if (this.#isDeaf) return LONGEST_DEAF;
    return this.isRecent ? LONGEST_RECENT : LONGEST;
  }

  /** Whether packets came a short time ago, so that more are likely to come. */
  get isRecent(): boolean {
    return performance.now() < this.#readAt + RECENT;
  }

  get #isDeaf(): boolean {
    return this.#ends.length === 1;
  }

  /** Looks for the event loop, when the start is over: that takes a millisecond. */
  #listen(): void {
    this.#hasLooked = true;
    const eventLoop = findEventLoop();
    if (eventLoop !== undefined) this.#ends = [...this.#ends, eventLoop];
  }
}
