/**
 * Noticing that this host's network is another one, by what this system has to offer.
 *
 * @module
 */

import { openLinkMonitor } from "../ffi/link_monitor.ts";
import type { Poller } from "../ffi/poller.ts";
import type { Tun } from "../ffi/tun.ts";
import { interfaceChanges, linkChanges, wakeUps } from "../io/network_changes.ts";
import { NetworkMonitor } from "../io/network_monitor.ts";

/** A monitor that does not look at our own interface, and gives back what it holds by disposal. */
export function watchNetwork(
  { name, index }: Pick<Tun, "name" | "index">,
  poller: Poller,
  onChange: () => void,
): NetworkMonitor & Disposable {
  const links = openLinkMonitor(index);
  const changes = links === undefined ? interfaceChanges(name) : linkChanges(links, poller);
  const monitor = new NetworkMonitor([changes, wakeUps()], onChange);
  return Object.assign(monitor, { [Symbol.dispose]: () => links?.close() });
}
