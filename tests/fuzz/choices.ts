/**
 * Octets as a row of choices, for targets that need more than one packet: a mutation of the octets
 * makes another choice, and what is left of them at the end stands for none.
 *
 * @module
 */

/** Reads choices from octets. At their end, every choice is the first. */
export class Choices {
  readonly #octets: Uint8Array;
  #offset = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** Whether there are more. */
  get hasMore(): boolean {
    return this.#offset < this.#octets.length;
  }

  /** A number below 256. */
  octet(): number {
    return this.#octets[this.#offset++] ?? 0;
  }

  /** A number below 65,536. */
  word(): number {
    return 256 * this.octet() + this.octet();
  }

  /** A number below `limit`, which is at most 256. */
  below(limit: number): number {
    return this.octet() % limit;
  }

  /** One of several. */
  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** True about once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === times - 1;
  }

  /** So many octets, or those that are left. */
  octets(length: number): Uint8Array {
    const taken = this.#octets.subarray(this.#offset, this.#offset + length);
    this.#offset += taken.length;
    return taken;
  }

  /** What is left. */
  rest(): Uint8Array {
    return this.octets(this.#octets.length);
  }
}
