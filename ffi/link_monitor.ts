/**
 * News of the host's network.
 *
 * @module
 */

import type { WaitHandle } from "./waiting.ts";

/**
 * Reports changes of the host's network: links, addresses and default routes that come and go.
 *
 * Nothing blocks: a poller waits for `handle`.
 */
export interface LinkMonitor {
  /** What a poller waits for: ready when there is something to read. Not valid after {@linkcode close}. */
  readonly handle: WaitHandle;

  /**
   * Reads everything that the kernel has reported so far. True if any of it is news.
   *
   * @throws {SystemError} The kernel reports nothing any more.
   */
  read(): boolean;

  /** Stops listening. May be repeated. */
  close(): void;
}

/** What happened to our own interface, whether we did it or someone else. */
export type OwnNews =
  | { readonly type: "down" }
  | { readonly type: "up" }
  /** While the interface is up: one that is down has no addresses. */
  | { readonly type: "address_lost"; readonly address: Uint8Array };

/** Our own interface. Its changes are not news of the network. */
export interface OwnInterface {
  readonly name: string;
  readonly index: number;
  /** Called while the monitor reads. */
  readonly onNews: (news: OwnNews) => void;
}
