/**
 * Views of one array, made once and reused.
 *
 * @module
 */

/**
 * Views of parts of one array. Bulk traffic cuts it in the same places again and again, and then
 * nothing is allocated.
 */
export class Views {
  readonly #whole: Uint8Array;
  readonly #views: Uint8Array[] = [];

  constructor(whole: Uint8Array) {
    this.#whole = whole;
  }

  /**
   * The octets from `start` to `end`; `index`, a small number, says where to look for an earlier
   * view.
   */
  at(index: number, start: number, end: number): Uint8Array {
    const view = this.#views[index];
    if (
      view !== undefined && view.byteOffset === this.#whole.byteOffset + start &&
      view.length === end - start
    ) return view;
    return this.#views[index] = this.#whole.subarray(start, end);
  }
}

/**
 * Which one of `count` indexes a view of that length has, so that a few lengths, in any order, have
 * an index each.
 */
export function placeOf(length: number, count: number): number {
  return (length ^ (length >>> 3) ^ (length >>> 6)) % count;
}
