/**
 * A report that is given again for a short while: how many ask is up to others.
 *
 * @module
 */

/**
 * Reports take one part in this many of the time at most. The same thread handles packets, and
 * every user of the host may read the metrics.
 */
const SHARE = 50;

/** A report isn't given again after this time, in milliseconds. */
const MAX_AGE = 1_000;

/** Makes a report when one is wanted, unless the last one is recent. */
export class RecentReport<Report> {
  readonly #make: () => Report;
  readonly #clock: () => number;
  #last: { readonly report: Report; readonly until: number } | undefined;

  /** @param clock monotonic, in milliseconds */
  constructor(make: () => Report, clock: () => number = () => performance.now()) {
    this.#make = make;
    this.#clock = clock;
  }

  /** The report: as recent as making it is cheap, and at most a second old. */
  get(): Report {
    const begin = this.#clock();
    if (this.#last !== undefined && begin < this.#last.until) return this.#last.report;
    const report = this.#make();
    const end = this.#clock();
    this.#last = { report, until: end + Math.min(MAX_AGE, SHARE * (end - begin)) };
    return report;
  }

  /** What it says has changed: the next one is a new one. */
  forget(): void {
    this.#last = undefined;
  }
}
