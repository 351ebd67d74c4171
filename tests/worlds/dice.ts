/**
 * Drawing choices at random.
 *
 * @module
 */

import { uniform } from "../../protocol/random.ts";
import { seededRandom } from "../sim/seeded_random.ts";

/** Dice that a seed loads. */
export class Dice {
  readonly #random;

  constructor(seed: string) {
    this.#random = seededRandom(seed);
  }

  /** Whether something happens that does so in this share of cases. */
  chance(share: number): boolean {
    return uniform(this.#random, 0, 1) < share;
  }

  /** A number from `low` up to `high`. */
  between(low: number, high: number): number {
    return uniform(this.#random, low, high);
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  /** One of several. */
  one<T>(choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)]!;
  }
}
