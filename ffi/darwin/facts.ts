/**
 * Facts about macOS.
 *
 * @module
 */

import type { PlatformFacts } from "../platform_facts.ts";

/** Facts about macOS. */
export const DARWIN_FACTS: PlatformFacts = {
  name: "macOS",
  endSignals: [
    { name: "SIGINT", number: 2 },
    { name: "SIGTERM", number: 15 },
    { name: "SIGHUP", number: 1 },
  ],
  reloadSignal: "SIGHUP",
  configFolder: "/etc/teredo",
  runtimeFolder: "/var/run/teredo",
  longestSocketPath: 103,
  bindsToGroups: true,
  rights: "root",
  udpPortOwner: (port) => `lsof -nP -iUDP:${port}`,
  networkNamespace: () => undefined,
};
