/**
 * Noticing changes of this host's network, by the means that the system has.
 *
 * @module
 */

import type { LinkMonitor, OwnInterface } from "../ffi/link_monitor.ts";
import { openLinkMonitor } from "../ffi/open.ts";
import type { Poller } from "../ffi/poller.ts";
import { interfaceChanges, linkChanges, wakeUps } from "../io/network/network_changes.ts";
import { NetworkMonitor } from "../io/network/network_monitor.ts";

/** Notices changes from its opening on, and closes what it holds when it is disposed. */
export interface NetworkWatch extends Disposable {
  /** Whether the kernel reports changes, for which the poller must run. */
  readonly needsPoller: boolean;
  /** Calls `onChange` once for each bunch of changes, until `signal` aborts. */
  run(onChange: () => void, signal: AbortSignal): Promise<void>;
}

/**
 * Opens what notices changes.
 *
 * @param own our own interface, if there is one: its changes are not changes of the network
 * @throws {SystemError} the kernel refuses; the message says why
 */
export function openNetworkWatch(
  own: OwnInterface | undefined,
  { poller }: { readonly poller: Poller },
  { ffi = true }: { readonly ffi?: boolean | undefined },
): NetworkWatch {
  const links = ffi ? openLinks(own) : undefined;
  const changes = links === undefined ? interfaceChanges(own?.name) : linkChanges(links, poller);
  const sources = [changes, wakeUps()];
  return {
    needsPoller: links !== undefined,
    run: (onChange, signal) => new NetworkMonitor(sources, onChange).run(signal),
    [Symbol.dispose]: () => links?.close(),
  };
}

/** The kernel's own reports, where this program may ask for them. */
function openLinks(own: OwnInterface | undefined): LinkMonitor | undefined {
  try {
    return openLinkMonitor(own);
  } catch (error) {
    // Without --allow-ffi there is no interface of our own either, so looking every few seconds is enough.
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
