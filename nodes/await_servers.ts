/**
 * Waiting until a client's servers have addresses: at the start of a host, its network comes later.
 *
 * @module
 */

import { RestartDelay } from "../client/qualification/restart_delay.ts";
import { type Clock, systemClock } from "../io/clock.ts";
import type { Log } from "../io/log.ts";
import { type ChangeSource, interfaceChanges } from "../io/network/network_changes.ts";
import { aborted } from "../io/run_together.ts";
import { ResolveError } from "../io/servers/lookup.ts";
import type { ServerDirectory } from "../io/servers/server_directory.ts";

/** What the wait depends on. Tests use other ones. */
interface Waiting {
  /** The name of our interface, whose changes do not count. */
  readonly own: string | undefined;
  readonly log: Log;
  readonly clock?: Clock;
  readonly changes?: ChangeSource;
  /** Called with the reason when a look-up has failed, and the client waits for the next one. */
  readonly onTrouble?: ((reason: string) => void) | undefined;
}

/**
 * Looks servers up until one is found, with the pauses of a client whose server is silent. A change
 * of the network ends a pause.
 *
 * @throws what another look-up cannot change, such as an address that cannot be used
 * @throws the reason of `signal` when it aborts
 */
export async function awaitServers(
  servers: Pick<ServerDirectory, "find">,
  { own, log, clock = systemClock, changes, onTrouble }: Waiting,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const delay = new RestartDelay((bytes) => crypto.getRandomValues(bytes));
  let told: string | undefined;
  while (true) {
    try {
      await Promise.race([servers.find(), aborted(signal)]);
      signal.throwIfAborted();
      return;
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error;
      if (error.message !== told) {
        log.warn(`${error.message}. Until then, the client waits`);
        onTrouble?.(error.message);
      }
      told = error.message;
    }
    await pause(delay, changes ?? interfaceChanges(own, clock), clock, signal);
  }
}

/** Waits for the delay, or until the network changes or `signal` aborts. */
async function pause(
  delay: RestartDelay,
  changes: ChangeSource,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  const cancel = clock.after(delay.next(), end);
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  try {
    await changes(() => {
      delay.reset();
      end();
    }, stop.signal);
  } finally {
    cancel();
    signal.removeEventListener("abort", end);
  }
}
