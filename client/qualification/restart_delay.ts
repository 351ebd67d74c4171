/**
 * How long to pause after a failure, before trying again.
 *
 * @module
 */

import { type Random, uniform } from "../../protocol/random.ts";
import { RESTART_DELAY, RESTART_JITTER } from "../timing.ts";

/** Pauses that double, up to a limit. */
export class RestartDelay {
  readonly #random: Random;
  #failures = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The pause after one more failure, in milliseconds. */
  next(): number {
    const { first, last } = RESTART_DELAY;
    const delay = Math.min(first * 2 ** this.#failures, last);
    this.#failures++;
    return delay * uniform(this.#random, RESTART_JITTER.low, RESTART_JITTER.high);
  }

  /** Things have changed: the next pause is a short one. */
  reset(): void {
    this.#failures = 0;
  }
}
