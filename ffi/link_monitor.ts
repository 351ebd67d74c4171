import { LinuxLinkMonitor } from "./linux/link_monitor.ts";

/**
 * Hears of changes to the host's network: links that come and go, addresses, default routes.
 *
 * Nothing blocks: wait for `fd` to become readable with a poller.
 */
export interface LinkMonitor {
  /** The descriptor, to be waited for; -1 once closed. It stays the property of the monitor. */
  readonly fd: number;

  /**
   * Reads all that has been told, and says whether anything of it is news.
   *
   * @throws {SystemError} The kernel tells nothing any more.
   */
  read(): boolean;

  /** Closes the descriptor. May be repeated. */
  close(): void;
}

/** What became of our own interface, be it by us or by others. */
export type OwnNews =
  | { readonly type: "down" }
  | { readonly type: "up" }
  /** While it is up: one that is down has no addresses. */
  | { readonly type: "address_lost"; readonly address: Uint8Array };

/** Our own interface. */
export interface OwnInterface {
  readonly name: string;
  readonly index: number;
  /** Hears of it while the monitor is read. */
  readonly onNews: (news: OwnNews) => void;
}

/**
 * Opens a monitor.
 *
 * @param own Our own interface, if there is one: it is up, and what changes about it is no news of the network.
 * @returns Undefined where the system does not tell: then one looks from time to time.
 * @throws {SystemError} It cannot be opened.
 */
export function openLinkMonitor(own?: OwnInterface): LinkMonitor | undefined {
  return Deno.build.os === "linux" ? new LinuxLinkMonitor(own) : undefined;
}
