/**
 * Which refused clients a secure server reports.
 *
 * @module
 */

import { addressOf, type Endpoint } from "../wire/endpoint.ts";

/** The time between two reports about the same identifier and address, in milliseconds. */
const REPORT_INTERVAL = 60_000;

/** How many reports there are in that time, even if identifiers and sources are forged. */
const MAX_REPORTS = 16;

/**
 * Limits reports to one a minute for each identifier and address, and to 16 a minute altogether: a
 * client retries for ever, and a flood must not fill the log.
 */
export class RefusalReports {
  readonly #reportedAt = new Map<string, number>();

  /** Whether to report something about a client that names `identifier`. */
  take(identifier: Uint8Array, from: Endpoint, now: number): boolean {
    for (const [key, at] of this.#reportedAt) {
      if (now - at < REPORT_INTERVAL) break;
      this.#reportedAt.delete(key);
    }
    if (this.#reportedAt.size >= MAX_REPORTS) return false;
    const key = `${addressOf(from)} ${identifier.toHex()}`;
    if (this.#reportedAt.has(key)) return false;
    this.#reportedAt.set(key, now);
    return true;
  }
}
