/**
 * Waiting for a descriptor.
 *
 * @module
 */

import type { Drain, Poller } from "../ffi/poller.ts";
import { aborted } from "./run_together.ts";

/** Has `drain` called when `fd` has something to give, until `signal` aborts. */
export async function waitForFd(
  poller: Pick<Poller, "add" | "remove">,
  fd: number,
  drain: Drain,
  signal: AbortSignal,
): Promise<void> {
  poller.add(fd, drain);
  try {
    await aborted(signal);
  } finally {
    poller.remove(fd);
  }
}
