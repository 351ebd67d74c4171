/**
 * What a client says about the Teredo client that the system itself brings.
 *
 * @module
 */

import type { Log } from "../../io/log.ts";
import {
  isAtWork,
  pointTo,
  SWITCH_OFF,
  type SystemTeredo,
  systemTeredo,
  systemTeredoText,
} from "../process/system_teredo.ts";

/**
 * Says what the system's own client does, and how to switch it off or use it instead, while both
 * would have routes to Teredo clients.
 *
 * @param server the server that our client uses, as it was named
 */
export async function reportSystemTeredo(
  server: string | undefined,
  log: Log,
  ask: () => Promise<SystemTeredo | undefined> = systemTeredo,
): Promise<void> {
  const found = await ask();
  if (found === undefined) return;
  const what = systemTeredoText(found);
  if (!isAtWork(found)) return log.debug(what);
  const instead = server === undefined ? "" : `. To use it instead of this one: ${pointTo(server)}`;
  log.warn(
    `${what}. Two Teredo interfaces compete for routes. To switch it off, as administrator: ` +
      `${SWITCH_OFF}${instead}`,
  );
}
