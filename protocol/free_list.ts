/**
 * Places in tables of fixed size.
 *
 * @module
 */

/** Hands out the indexes below a capacity, low ones first, so that what nobody needed stays untouched. */
export class FreeList {
  readonly #capacity: number;
  /** How many have been handed out at some time, and which of them came back. */
  #begun = 0;
  readonly #returned: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** An index that is free, or -1. */
  take(): number {
    return this.#returned.pop() ?? (this.#begun < this.#capacity ? this.#begun++ : -1);
  }

  /** Gives an index back. */
  give(index: number): void {
    this.#returned.push(index);
  }
}
