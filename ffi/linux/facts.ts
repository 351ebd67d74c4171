/**
 * Facts about Linux.
 *
 * @module
 */

import type { PlatformFacts } from "../platform_facts.ts";
import { userRuntime } from "../unix/user_runtime.ts";

/** Facts about Linux. */
export const LINUX_FACTS: PlatformFacts = {
  name: "Linux",
  // glibc's name and musl's.
  cLibraries: ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`],
  // The kernel and its sockets say EOPNOTSUPP, not ENOTSUP.
  errorNumbers: { EBADFD: 77, EOPNOTSUPP: 95 },
  openFlags: {
    closeOnExec: 0x80000,
    createNew: 0xc0,
    nonBlocking: 0x800,
    noTerminal: 0x100,
    // <asm/fcntl.h> of arm64 differs.
    noFollow: Deno.build.arch === "aarch64" ? 0x8000 : 0x20000,
  },
  interfaceName: "teredo",
  endSignals: [
    { name: "SIGINT", number: 2 },
    { name: "SIGTERM", number: 15 },
    { name: "SIGHUP", number: 1 },
  ],
  reloadSignal: "SIGHUP",
  separator: "/",
  hasUnixSockets: true,
  longestSocketPath: 107,
  hasFileModes: true,
  bindsToGroups: true,
  ownTeredoCommand: undefined,
  pingCommand: (
    address,
    octets,
  ) => ["ping", "-6", "-n", "-q", "-c", "1", "-W", "3", "-s", String(octets), address],
  nameOrderFile: "/etc/gai.conf",
  firewall: "nftables",
  serviceManager: "systemd",
  rights: "capabilities",
  routeAdvice: (destination) => `with "ip -6 route get ${destination}" and "ip -6 rule"`,
  forwardingCommand: "sysctl -w net.ipv6.conf.all.forwarding=1",
  nativeNeedsForwarding: false,
  folders: (variable) => ({
    config: "/etc/teredo",
    runtime: "/run/teredo",
    userRuntime: userRuntime(variable("XDG_RUNTIME_DIR"), Deno.uid()),
    state: "/var/lib/teredo",
  }),
  reservedPorts: undefined,
  udpPortOwner: (port) => `ss -lunp sport = :${port}`,
  networkNamespace,
};

/** The number of the network namespace of this process, or of the first one. */
export function networkNamespace(of: "self" | "1"): string | undefined {
  try {
    return /\d+/.exec(Deno.readLinkSync(`/proc/${of}/ns/net`))?.[0];
  } catch {
    return undefined;
  }
}
