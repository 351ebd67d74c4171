/**
 * Facts about macOS.
 *
 * @module
 */

import type { PlatformFacts } from "../platform_facts.ts";
import { userRuntime } from "../unix/user_runtime.ts";
import { ERROR_NUMBERS } from "./error_numbers.ts";

/** Facts about macOS. */
export const DARWIN_FACTS: PlatformFacts = {
  name: "macOS",
  cLibraries: ["libSystem.B.dylib"],
  errorNumbers: ERROR_NUMBERS,
  openFlags: {
    closeOnExec: 0x1000000,
    createNew: 0xa00,
    nonBlocking: 0x4,
    noTerminal: 0x20000,
    noFollow: 0x100,
  },
  interfaceName: "utun%d",
  endSignals: [
    { name: "SIGINT", number: 2 },
    { name: "SIGTERM", number: 15 },
    { name: "SIGHUP", number: 1 },
  ],
  reloadSignal: "SIGHUP",
  separator: "/",
  hasUnixSockets: true,
  longestSocketPath: 103,
  hasFileModes: true,
  bindsToGroups: true,
  ownTeredoCommand: undefined,
  pingCommand: () => undefined,
  nameOrderFile: undefined,
  firewall: "pf",
  serviceManager: "launchd",
  rights: "root",
  routeAdvice: (destination) =>
    `with "route -n get -inet6 ${destination}" and "netstat -rn -f inet6"`,
  forwardingCommand: "sysctl -w net.inet6.ip6.forwarding=1",
  nativeNeedsForwarding: true,
  folders: (variable) => ({
    config: "/etc/teredo",
    runtime: "/var/run/teredo",
    userRuntime: userRuntime(variable("XDG_RUNTIME_DIR"), Deno.uid()),
    state: "/var/db/teredo",
  }),
  reservedPorts: undefined,
  udpPortOwner: (port) => `lsof -nP -iUDP:${port}`,
  networkNamespace: () => undefined,
};
