/**
 * System calls that failed, while the role went on.
 *
 * @module
 */

import type { ErrnoName } from "../ffi/c/errno.ts";
import type { Counters } from "./counters.ts";

/** The same error of the same call is reported once in so many milliseconds. */
const SPACING = 60_000;

/** A call that failed, once or more. */
export interface SystemErrorNews {
  /** The call, such as `"sendmmsg"`; `"send"` and `"receive"` are those of the runtime. */
  readonly call: string;
  /** The error, such as `"ENOBUFS"`. */
  readonly code: ErrnoName;
  /** How often it failed like this since the last report; of datagrams, how many were lost. */
  readonly count: number;
}

interface Kind {
  reportedAt: number;
  /** Failures that were not reported. */
  count: number;
}

/** Counts calls that failed, by call and error, and reports each kind from time to time. */
export class SystemErrors {
  readonly #counters: Counters;
  readonly #onNews: (news: SystemErrorNews) => void;
  readonly #now: () => number;
  readonly #kinds = new Map<string, Kind>();

  /** @param now a clock in milliseconds */
  constructor(
    counters: Counters,
    onNews: (news: SystemErrorNews) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#counters = counters;
    this.#onNews = onNews;
    this.#now = now;
  }

  /** A call failed `count` times, or lost so many datagrams. */
  failed(call: string, code: ErrnoName, count = 1): void {
    this.#counters.fail(call, code, count);
    const name = `${call} ${code}`;
    const kind = this.#kinds.get(name) ?? { reportedAt: -Infinity, count: 0 };
    this.#kinds.set(name, kind);
    kind.count += count;
    const now = this.#now();
    if (now - kind.reportedAt < SPACING) return;
    const news = { call, code, count: kind.count };
    kind.reportedAt = now;
    kind.count = 0;
    this.#onNews(news);
  }

  /** The same, but something else reports it, or it is not worth a report. */
  failedQuietly(call: string, code: ErrnoName, count = 1): void {
    this.#counters.fail(call, code, count);
  }
}
