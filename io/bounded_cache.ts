/**
 * Remembering what was computed.
 *
 * @module
 */

/**
 * Answers of a pure function, remembered by argument.
 *
 * Bounded, since arguments come from the network: when it is full it forgets everything, which costs
 * nothing to keep and, at worst, one computation for each argument in use.
 */
export class Memo<K, V> {
  readonly #compute: (key: K) => V;
  readonly #capacity: number;
  readonly #known = new Map<K, V>();

  constructor(compute: (key: K) => V, capacity = 4096) {
    this.#compute = compute;
    this.#capacity = capacity;
  }

  /** The answer for `key`. */
  get(key: K): V {
    let value = this.#known.get(key);
    if (value === undefined) {
      if (this.#known.size >= this.#capacity) this.#known.clear();
      value = this.#compute(key);
      this.#known.set(key, value);
    }
    return value;
  }

  /** How many answers are remembered. */
  get size(): number {
    return this.#known.size;
  }
}
