/**
 * Lists in order of last use.
 *
 * @module
 */

/**
 * Several lists of indexes in order of use; an index is in one list at most. The links are numbers,
 * so the garbage collector has nothing to follow or move.
 */
export class LruLists {
  readonly #capacity: number;
  /** The neighbours of each index. A list is a ring, closed by an extra index beyond the others. */
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  /** The list that each index is in, plus one. */
  readonly #list: Uint8Array;
  readonly #sizes: number[];

  /**
   * @param capacity the indexes are below this
   * @param lists how many lists there are, 255 at most
   */
  constructor(capacity: number, lists: number) {
    this.#capacity = capacity;
    this.#older = new Int32Array(capacity + lists);
    this.#newer = new Int32Array(capacity + lists);
    this.#list = new Uint8Array(capacity);
    this.#sizes = new Array(lists).fill(0);
    for (let end = capacity; end < capacity + lists; end++) {
      this.#older[end] = this.#newer[end] = end;
    }
  }

  /** How many indexes are in a list. */
  sizeOf(list: number): number {
    return this.#sizes[list]!;
  }

  /** Whether an index is in a list. */
  has(index: number): boolean {
    return this.#list[index]! > 0;
  }

  /** The index of a list that was used least recently. */
  oldest(list: number): number | undefined {
    return this.#sizes[list] === 0 ? undefined : this.#newer[this.#capacity + list];
  }

  /** Makes an index the most recently used one of a list, wherever it was before. */
  use(index: number, list: number): void {
    const end = this.#capacity + list;
    if (this.#older[end] === index) return;
    this.remove(index);
    const newest = this.#older[end]!;
    this.#newer[newest] = index;
    this.#older[index] = newest;
    this.#newer[index] = end;
    this.#older[end] = index;
    this.#list[index] = list + 1;
    this.#sizes[list]!++;
  }

  /** Takes an index out of its list, if it is in one. */
  remove(index: number): void {
    if (!this.has(index)) return;
    const older = this.#older[index]!;
    const newer = this.#newer[index]!;
    this.#newer[older] = newer;
    this.#older[newer] = older;
    this.#sizes[this.#list[index]! - 1]!--;
    this.#list[index] = 0;
  }

  /** The indexes of a list, the most recently used one first; each may be removed as it comes. */
  *of(list: number): Iterable<number> {
    const end = this.#capacity + list;
    for (let index = this.#older[end]!; index !== end; index = this.#older[index]!) yield index;
  }
}
