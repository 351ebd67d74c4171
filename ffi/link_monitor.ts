/**
 * News of the host's network.
 *
 * @module
 */

import type { WaitHandle } from "./waiting.ts";

/**
 * Reports changes of the host's network: links, addresses, routes and rules that come and go.
 *
 * Nothing blocks: a poller waits for `handle`.
 */
export interface LinkMonitor {
  /**
   * What a poller waits for: ready when there is something to read. Not valid after
   * {@linkcode close}.
   */
  readonly handle: WaitHandle;

  /** Whether everything that can happen to this program's interface and its routes is reported. */
  readonly reportsAll: boolean;

  /**
   * Reads everything that the kernel has reported so far. Undefined if none of it is news.
   *
   * @throws {SystemError} The kernel reports nothing any more.
   */
  read(): NetworkNews | undefined;

  /** Stops listening. May be repeated. */
  close(): void;
}

/** What has changed. */
export interface NetworkNews {
  /** Something about our own interface, whether we did it or someone else. */
  readonly isOwn: boolean;
  /** A route or rule has come or gone, so packets may leave by another way. */
  readonly isRouting: boolean;
  /**
   * Indexes of the other interfaces that are new, gone, up, down, or have got or lost an address or
   * default route.
   */
  readonly interfaces: ReadonlySet<number>;
  /** Something that was not reported in detail. */
  readonly isVague: boolean;
}
