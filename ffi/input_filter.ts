/**
 * Keeps what comes in by one interface from this host, but for what was asked for.
 *
 * @module
 */

import type { FilterCounts, Service } from "./packet_filter.ts";

/** What may come in. */
export interface InputFilterOptions {
  /** The name of the table that the kernel's rules are in. It shows in `nft list ruleset`. */
  readonly table: string;
  /** The name of the interface, which need not exist yet. */
  readonly interface: string;
  /** Ports that anyone may reach, besides answers, errors and pings. */
  readonly services: readonly Service[];
}

/** The counter of packets that were refused. */
export const INPUT_REFUSED = "refused";

/** A filter at work. It does not touch what comes in by other interfaces. */
export interface InputFilter {
  /** Whether it is this process's alone, and ends with it even by a KILL: since Linux 5.12. */
  readonly isOwned: boolean;
  /** What has been counted so far: {@linkcode INPUT_REFUSED}. */
  counts(): FilterCounts;
  /**
   * Makes it again if others have removed it, which the kernel allows unless `isOwned`.
   *
   * @returns what was wrong, in a sentence; undefined if nothing was
   * @throws {SystemError} the kernel refuses
   */
  restore(): string | undefined;
  /** Ends it. May be repeated. */
  close(): void;
}
