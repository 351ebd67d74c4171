/**
 * How changes of the network are noticed: by several means, which complement one another.
 *
 * @module
 */

import type { LinkMonitor, NetworkNews } from "../../ffi/link_monitor.ts";
import type { Watcher } from "../../ffi/waiting.ts";
import { type Clock, systemClock } from "../clock.ts";
import { aborted } from "../run_together.ts";

/** Calls `changed` for each change, until `signal` aborts. */
export type ChangeSource = (
  changed: (news: NetworkNews) => void,
  signal: AbortSignal,
) => Promise<void>;

/** How often a source looks, in milliseconds. */
const LOOK_INTERVAL = 5_000;

/**
 * A look that is late by more than this, in milliseconds, was not kept waiting by a busy processor.
 */
const SLEEP_LENGTH = 10_000;

/** Something changed, and nobody knows what. */
const VAGUE_NEWS: NetworkNews = {
  isOwn: false,
  isRouting: false,
  interfaces: new Set(),
  isVague: true,
};

/** As if something had changed about our own interface. */
const OWN_NEWS: NetworkNews = { ...VAGUE_NEWS, isOwn: true, isVague: false };

/** What the kernel reports. */
export function linkChanges(
  monitor: Pick<LinkMonitor, "handle" | "read">,
  watcher: Watcher,
): ChangeSource {
  return (changed, signal) => {
    return watcher.watch(monitor.handle, () => {
      const news = monitor.read();
      if (news === undefined) return "nothing";
      changed(news);
      return "some";
    }, signal);
  };
}

/** A look at the interfaces every few seconds, for systems where the kernel reports nothing. */
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
      changed(VAGUE_NEWS);
    });
}

/**
 * The host slept: the wall clock went on, and the timers did not. Its network may be another one
 * now.
 */
export function wakeUps(
  clock: Clock = systemClock,
  wallClock: () => number = Date.now,
): ChangeSource {
  let last = wallClock();
  return (changed, signal) =>
    regularly(clock, signal, () => {
      const elapsed = wallClock() - last;
      last += elapsed;
      if (elapsed > LOOK_INTERVAL + SLEEP_LENGTH) changed(VAGUE_NEWS);
    });
}

/** A reminder to look at our own interface every few seconds, where the kernel may not report all. */
export function ownInterfaceChecks(clock: Clock = systemClock): ChangeSource {
  return (changed, signal) => regularly(clock, signal, () => changed(OWN_NEWS));
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
