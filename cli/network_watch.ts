/**
 * Noticing that this host's network is another one, by what this system has to offer.
 *
 * @module
 */

import { openLinkMonitor, type OwnInterface } from "../ffi/link_monitor.ts";
import type { Poller } from "../ffi/poller.ts";
import { interfaceChanges, linkChanges, wakeUps } from "../io/network_changes.ts";
import { NetworkMonitor } from "../io/network_monitor.ts";

/** Our own interface, whose changes are none of the network. */
export interface OwnLink extends OwnInterface {
  readonly name: string;
}

/** A monitor that gives back what it holds by disposal. */
export function watchNetwork(
  own: OwnLink | undefined,
  poller: Poller,
  onChange: () => void,
): NetworkMonitor & Disposable {
  const links = openLinkMonitor(own);
  const changes = links === undefined ? interfaceChanges(own?.name) : linkChanges(links, poller);
  const monitor = new NetworkMonitor([changes, wakeUps()], onChange);
  return Object.assign(monitor, { [Symbol.dispose]: () => links?.close() });
}
