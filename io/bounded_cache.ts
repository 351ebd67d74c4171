/**
 * A bounded cache of what a function computes.
 *
 * @module
 */

/** The cache is full at this number of answers unless another is given. */
const CAPACITY = 4096;

/**
 * Answers of a pure function, kept by argument.
 *
 * The arguments come from the network, so the cache is bounded: when it is full it forgets
 * everything. That needs no bookkeeping, and costs at worst one computation for each argument in
 * use.
 */
export class BoundedCache<K, V> {
  readonly #compute: (key: K) => V;
  readonly #capacity: number;
  readonly #known = new Map<K, V>();

  /** @param capacity how many answers it keeps at most */
  constructor(compute: (key: K) => V, capacity: number = CAPACITY) {
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
}
