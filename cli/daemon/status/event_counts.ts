/**
 * How often a role reported what.
 *
 * @module
 */

/** Counts of events by their type. */
export class EventCounts {
  readonly #counts: Map<string, number>;

  /** The types that are of interest even before they occur. */
  constructor(types: readonly string[] = []) {
    this.#counts = new Map(types.map((type) => [type, 0]));
  }

  /** Counts an event. */
  count(type: string): void {
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
  }

  /** The counts by type. */
  all(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
