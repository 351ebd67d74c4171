/**
 * How one learns that the network may be another: three ways, which complement one another.
 *
 * @module
 */

import { type Clock, systemClock } from "../clock.ts";
import type { LinkMonitor } from "../../ffi/link_monitor.ts";
import type { Watcher } from "../../ffi/waiting.ts";
import { aborted } from "../run_together.ts";

/** Calls `changed` for each change, until `signal` aborts. */
export type ChangeSource = (changed: () => void, signal: AbortSignal) => Promise<void>;

/** How often one looks, in milliseconds. */
const LOOK_INTERVAL = 5_000;

/** A look that comes later than this, in milliseconds, was not late because of a busy processor. */
const SLEEP_LENGTH = 10_000;

/** What the kernel tells. */
export function linkChanges(
  monitor: Pick<LinkMonitor, "handle" | "read">,
  watcher: Watcher,
): ChangeSource {
  return (changed, signal) => {
    return watcher.watch(monitor.handle, () => {
      if (!monitor.read()) return "nothing";
      changed();
      return "some";
    }, signal);
  };
}

/** What one sees who looks at the interfaces every few seconds, where the kernel tells nothing. */
export function interfaceChanges(
  own: string | undefined,
  clock: Clock = systemClock,
  look: () => readonly Deno.NetworkInterfaceInfo[] = Deno.networkInterfaces,
): ChangeSource {
  let known = picture(own, look());
  return (changed, signal) =>
    regularly(clock, signal, () => {
      const current = picture(own, look());
      if (current === known) return;
      known = current;
      changed();
    });
}

/** The host slept: the wall clock went on, and the timers did not. The network may be another one. */
export function wakeUps(
  clock: Clock = systemClock,
  wallClock: () => number = Date.now,
): ChangeSource {
  let last = wallClock();
  return (changed, signal) =>
    regularly(clock, signal, () => {
      const elapsed = wallClock() - last;
      last += elapsed;
      if (elapsed > LOOK_INTERVAL + SLEEP_LENGTH) changed();
    });
}

function picture(
  own: string | undefined,
  interfaces: readonly Deno.NetworkInterfaceInfo[],
): string {
  return interfaces.filter(({ name }) => name !== own)
    .map(({ name, cidr }) => `${name} ${cidr}`).sort().join("\n");
}

/** Does something every few seconds. */
async function regularly(clock: Clock, signal: AbortSignal, look: () => void): Promise<void> {
  let stop = clock.after(LOOK_INTERVAL, again);
  function again() {
    look();
    stop = clock.after(LOOK_INTERVAL, again);
  }
  await aborted(signal);
  stop();
}
