/**
 * How often a role reported each event.
 *
 * @module
 */

/** Counts events by type. */
export class EventCounts {
  readonly #counts: Map<string, number>;

  /** @param types types to count from zero on, even before they occur */
  constructor(types: readonly string[] = []) {
    this.#counts = new Map(types.map((type) => [type, 0]));
  }

  /** Counts an event. */
  count(type: string): void {
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
  }

  /** All counts, by type. */
  all(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
