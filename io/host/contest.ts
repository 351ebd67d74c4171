/**
 * Recognising another program that takes again and again what we restore.
 *
 * @module
 */

/** It works against ours if it takes something so many times within so many milliseconds. */
const CONTEST = { times: 4, within: 10_000 } as const;

/** When something was restored. */
export class Contest {
  /** The latest last; only those that matter. */
  #restoredAt: readonly number[] = [];

  /** Something was restored. */
  note(now: number): void {
    this.#restoredAt = [...this.#restoredAt, now].slice(-CONTEST.times);
  }

  /** Whether it was restored too often of late. */
  isOn(now: number): boolean {
    const oldest = this.#restoredAt.at(-CONTEST.times) ?? -Infinity;
    return now - oldest <= CONTEST.within;
  }
}
