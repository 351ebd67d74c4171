/**
 * Lists in order of last use.
 *
 * @module
 */

/** Numbers of an index, and where they are. */
const LENGTH = 4;
const OLDER = 0;
const NEWER = 1;
const LIST = 2;

/**
 * Several lists of indexes in order of use; an index is in one list at most. The links are numbers,
 * so the garbage collector has nothing to follow or move.
 */
export class LruLists {
  readonly #capacity: number;
  /**
   * The neighbours of each index, and the list that it is in, plus one. A list
   * is a ring, closed by an extra index beyond the others. What belongs to an index is in one place,
   * because to fetch it costs more than anything else here.
   */
  readonly #links: Int32Array;
  readonly #sizes: number[];

  /**
   * @param capacity the indexes are below this
   * @param lists how many lists there are, 255 at most
   */
  constructor(capacity: number, lists: number) {
    this.#capacity = capacity;
    this.#links = new Int32Array((capacity + lists) * LENGTH);
    this.#sizes = new Array(lists).fill(0);
    for (let end = capacity; end < capacity + lists; end++) {
      this.#links[end * LENGTH + OLDER] = this.#links[end * LENGTH + NEWER] = end;
    }
  }

  /** How many indexes are in a list. */
  sizeOf(list: number): number {
    return this.#sizes[list]!;
  }

  /** Whether an index is in a list. */
  has(index: number): boolean {
    return this.#links[index * LENGTH + LIST]! > 0;
  }

  /** The index of a list that was used least recently. */
  oldest(list: number): number | undefined {
    return this.#sizes[list] === 0
      ? undefined
      : this.#links[(this.#capacity + list) * LENGTH + NEWER];
  }

  /** Makes an index the most recently used one of a list, wherever it was before. */
  use(index: number, list: number): void {
    const links = this.#links;
    const end = this.#capacity + list;
    const newest = links[end * LENGTH + OLDER]!;
    if (newest === index) return;
    this.remove(index);
    links[newest * LENGTH + NEWER] = index;
    links[index * LENGTH + OLDER] = newest;
    links[index * LENGTH + NEWER] = end;
    links[index * LENGTH + LIST] = list + 1;
    links[end * LENGTH + OLDER] = index;
    this.#sizes[list]!++;
  }

  /** Takes an index out of its list, if it is in one. */
  remove(index: number): void {
    if (!this.has(index)) return;
    const links = this.#links;
    const older = links[index * LENGTH + OLDER]!;
    const newer = links[index * LENGTH + NEWER]!;
    links[older * LENGTH + NEWER] = newer;
    links[newer * LENGTH + OLDER] = older;
    this.#sizes[links[index * LENGTH + LIST]! - 1]!--;
    links[index * LENGTH + LIST] = 0;
  }

  /** The indexes of a list, the most recently used one first; each may be removed as it comes. */
  *of(list: number): Iterable<number> {
    const end = this.#capacity + list;
    let index = this.#links[end * LENGTH + OLDER]!;
    while (index !== end) {
      yield index;
      index = this.#links[index * LENGTH + OLDER]!;
    }
  }
}
