/**
 * Places in tables of fixed size.
 *
 * @module
 */

/**
 * Hands out the indexes below a capacity, low ones first, so that memory nobody needs stays
 * untouched.
 */
export class FreeList {
  readonly #capacity: number;
  /** How many have ever been handed out, and which of them came back. */
  #begun = 0;
  readonly #returned: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** A free index, or -1. */
  take(): number {
    return this.#returned.pop() ?? (this.#begun < this.#capacity ? this.#begun++ : -1);
  }

  /** Gives an index back. */
  give(index: number): void {
    this.#returned.push(index);
  }
}
