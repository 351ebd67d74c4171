/**
 * Noticing changes of this host's network, by the means that the system has.
 *
 * @module
 */

import type { LinkMonitor } from "../ffi/link_monitor.ts";
import { findRoute, openLinkMonitor } from "../ffi/open.ts";
import type { Watcher } from "../ffi/waiting.ts";
import type { OwnInterface } from "../io/host/own_interface.ts";
import {
  interfaceChanges,
  linkChanges,
  ownInterfaceChecks,
  wakeUps,
} from "../io/network/network_changes.ts";
import { NetworkMonitor } from "../io/network/network_monitor.ts";
import { WayOut } from "../io/network/way_out.ts";
import { aborted, runTogether } from "../io/run_together.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";

/** What a node does about changes. */
export interface NetworkChanges {
  /** The IPv4 addresses that the way out matters for, besides the rest of the Internet. */
  destinations(): readonly Ipv4Address[];
  /** Something has changed: called once for each bunch of changes. */
  onChange(): void;
  /** Called then as well if packets may leave this host by another way now. */
  onMove(): void;
  /** Our own interface has other faults than before. */
  onFaults(): void;
}

/** Notices changes from its opening on, and closes what it holds when it is disposed. */
export interface NetworkWatch extends Disposable {
  /** Whether the kernel reports changes, for which the poller must run. */
  readonly needsPoller: boolean;
  /**
   * Reports changes until `signal` aborts, and has our own interface checked.
   *
   * @throws what ended our own interface
   */
  run(changes: NetworkChanges, signal: AbortSignal): Promise<void>;
}

/**
 * Opens what notices changes.
 *
 * @param own our own interface, if there is one: its changes are not changes of the network
 * @throws {SystemError} the kernel refuses; the message says why
 */
export function openNetworkWatch(
  own: OwnInterface | undefined,
  { watcher }: { readonly watcher: Watcher },
  { ffi = true }: { readonly ffi?: boolean | undefined },
): NetworkWatch {
  const links = ffi ? openLinks(own) : undefined;
  const sources = [
    links === undefined ? interfaceChanges(own?.name) : linkChanges(links, watcher),
    wakeUps(),
    ...own === undefined || links?.reportsAll && !own.needsLooks ? [] : [ownInterfaceChecks()],
  ];
  return {
    needsPoller: links !== undefined,
    async run({ destinations, onChange, onMove, onFaults }, signal) {
      const wayOut = new WayOut(links === undefined ? () => "unknown" : findRoute);
      wayOut.look(destinations());
      let faults = own?.faults;
      const monitor = new NetworkMonitor(sources, {
        onOwn() {
          own?.check();
          if (own?.faults === faults) return;
          faults = own?.faults;
          onFaults();
        },
        onChange(news) {
          const hasMoved = wayOut.hasChanged(destinations(), news);
          onChange();
          if (hasMoved) onMove();
        },
      });
      await runTogether(
        signal,
        (ending) => monitor.run(ending),
        (ending) => Promise.race([aborted(ending), ...own === undefined ? [] : [failure(own)]]),
      );
    },
    [Symbol.dispose]: () => links?.close(),
  };
}

/** Rejects when our interface is gone. */
async function failure(own: OwnInterface): Promise<never> {
  throw await own.gone;
}

/** The kernel's own reports, where this program may ask for them. */
function openLinks(own: OwnInterface | undefined): LinkMonitor | undefined {
  try {
    return openLinkMonitor(own?.index);
  } catch (error) {
    // Without --allow-ffi we have no interface either, so looking every few seconds is enough.
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
