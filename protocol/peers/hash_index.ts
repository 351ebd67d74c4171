/**
 * The index of a hash table whose entries are kept elsewhere.
 *
 * @module
 */

/** Finds the indexes of entries by the hash of their key; entries of equal hash are chained. */
export class HashIndex {
  /** The heads of the chains. Both arrays hold indexes plus one, and 0 ends a chain. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;

  /** @param capacity the indexes are below this */
  constructor(capacity: number) {
    // A power of two, and at least as many chains as entries.
    this.#first = new Int32Array(2 ** Math.ceil(Math.log2(capacity)));
    this.#next = new Int32Array(capacity);
  }

  /** The first entry that may have a hash, or -1. */
  first(hash: number): number {
    return this.#first[this.#chainOf(hash)]! - 1;
  }

  /** The entry behind one, or -1. */
  next(index: number): number {
    return this.#next[index]! - 1;
  }

  /** Adds an entry with a hash. */
  add(index: number, hash: number): void {
    const chain = this.#chainOf(hash);
    this.#next[index] = this.#first[chain]!;
    this.#first[chain] = index + 1;
  }

  /** Removes an entry that was added with that hash. */
  remove(index: number, hash: number): void {
    const chain = this.#chainOf(hash);
    if (this.#first[chain] === index + 1) {
      this.#first[chain] = this.#next[index]!;
      return;
    }
    let before = this.first(hash);
    while (this.next(before) !== index) before = this.next(before);
    this.#next[before] = this.#next[index]!;
  }

  #chainOf(hash: number): number {
    return hash & (this.#first.length - 1);
  }
}
