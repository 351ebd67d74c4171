import { LinuxLinkMonitor } from "./link_monitor_linux.ts";

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

/**
 * Opens a monitor.
 *
 * @param ignored The index of an interface whose changes are no news: our own.
 * @returns Undefined where the system does not tell: then one looks from time to time.
 * @throws {SystemError} It cannot be opened.
 */
export function openLinkMonitor(ignored: number): LinkMonitor | undefined {
  return Deno.build.os === "linux" ? new LinuxLinkMonitor(ignored) : undefined;
}
