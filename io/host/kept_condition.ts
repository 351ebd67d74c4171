/**
 * What our interface is useless without, though it is not part of it: such as a host that forwards.
 *
 * @module
 */

import { reasonOf } from "../../reason.ts";
import { Contest } from "./contest.ts";
import type { InterfaceFault } from "./own_interface.ts";

/** Something about the host that this program can put right. */
export interface Condition {
  /**
   * Puts it right if need be.
   *
   * @returns what was wrong, in a sentence; undefined if nothing was
   * @throws what is wrong and stays so; the message says what to do
   */
  restore(): string | undefined;
  /** Whether the kernel reports its changes; if not, it is looked at every few seconds. */
  readonly isReported: boolean;
  /** What to say about another program that changes it again and again. */
  readonly contested: string;
}

/** A condition that is kept as it should be. */
export class KeptCondition {
  readonly #condition: Condition;
  readonly #warn: (message: string) => void;
  readonly #contest = new Contest();

  /** @param warn takes what was wrong */
  constructor(condition: Condition, warn: (message: string) => void) {
    this.#condition = condition;
    this.#warn = warn;
  }

  /** Puts it right, and says what remains wrong. */
  check(now: number): InterfaceFault[] {
    try {
      const restored = this.#condition.restore();
      if (restored !== undefined) {
        this.#warn(restored);
        this.#contest.note(now);
      }
    } catch (error) {
      return [{ type: "incomplete", message: reasonOf(error) }];
    }
    if (!this.#contest.isOn(now)) return [];
    return [{ type: "incomplete", message: this.#condition.contested }];
  }
}
