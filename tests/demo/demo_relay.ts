/**
 * The relay of the demo.
 *
 * @module
 */

import { requires } from "../capabilities.ts";
import type { Machine } from "../netns/machine.ts";
import { startMiredoRelay } from "../netns/miredo.ts";
import { ADDRESS } from "../netns/plan.ts";

/** Starts a relay if there is one to be had, and returns what to say about it. */
export async function startRelay(machine: Machine): Promise<string | undefined> {
  // Miredo gives root up for a user of its own, which a user namespace does not have.
  if (requires("root", "miredo").ignore) return undefined;
  await startMiredoRelay(machine);
  return `Miredo's relay stands between ${ADDRESS.relay} and the native IPv6 Internet`;
}
