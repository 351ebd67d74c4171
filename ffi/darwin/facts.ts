/**
 * Facts about macOS.
 *
 * @module
 */

import type { PlatformFacts } from "../platform_facts.ts";
import { ERROR_NUMBERS } from "./error_numbers.ts";

/** Facts about macOS. */
export const DARWIN_FACTS: PlatformFacts = {
  name: "macOS",
  cLibraries: ["libSystem.B.dylib"],
  errorNumbers: ERROR_NUMBERS,
  interfaceName: "utun%d",
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
  routeAdvice: (destination) =>
    `with "route -n get -inet6 ${destination}" and "netstat -rn -f inet6"`,
  forwardingCommand: "sysctl -w net.inet6.ip6.forwarding=1",
  udpPortOwner: (port) => `lsof -nP -iUDP:${port}`,
  networkNamespace: () => undefined,
};
