/**
 * Noticing that this host's network is another one, by what this system has to offer.
 *
 * @module
 */

import { type LinkMonitor, openLinkMonitor, type OwnInterface } from "../ffi/link_monitor.ts";
import type { Poller } from "../ffi/poller.ts";
import { interfaceChanges, linkChanges, wakeUps } from "../io/network/network_changes.ts";
import { NetworkMonitor } from "../io/network/network_monitor.ts";

/** What notices changes, and gives back what it holds by disposal. */
export interface NetworkWatch extends Disposable {
  /** Whether the kernel tells of changes, for which the poller must run. */
  readonly needsPoller: boolean;
  /** Watches until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** How to watch. */
export interface NetworkWatchOptions {
  /** Our own interface, if there is one. */
  readonly own: OwnInterface | undefined;
  readonly poller: Poller;
  /** Whether the C library may be called. */
  readonly ffi: boolean;
  /** Called once for each bunch of changes. */
  readonly onChange: () => void;
}

/** Begins to watch. */
export function watchNetwork({ own, poller, ffi, onChange }: NetworkWatchOptions): NetworkWatch {
  const links = ffi ? openLinks(own) : undefined;
  const changes = links === undefined ? interfaceChanges(own?.name) : linkChanges(links, poller);
  const monitor = new NetworkMonitor([changes, wakeUps()], onChange);
  return {
    needsPoller: links !== undefined,
    run: (signal) => monitor.run(signal),
    [Symbol.dispose]: () => links?.close(),
  };
}

/** The kernel's own word, where this program may ask for it. */
function openLinks(own: OwnInterface | undefined): LinkMonitor | undefined {
  try {
    return openLinkMonitor(own);
  } catch (error) {
    // Without --allow-ffi there is no interface of our own either: looking from time to time will do.
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
