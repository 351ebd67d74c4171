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
  hasFileModes: true,
  bindsToGroups: true,
  rights: "root",
  forwardingCommand: "sysctl -w net.inet6.ip6.forwarding=1",
  udpPortOwner: (port) => `lsof -nP -iUDP:${port}`,
  networkNamespace: () => undefined,
};
