/**
 * Facts about Windows.
 *
 * @module
 */

import type { PlatformFacts } from "../platform_facts.ts";

/** Facts about Windows. */
export const WINDOWS_FACTS: PlatformFacts = {
  name: "Windows",
  cLibraries: [],
  errorNumbers: {},
  openFlags: { closeOnExec: 0, createNew: 0, nonBlocking: 0, noTerminal: 0, noFollow: 0 },
  interfaceName: "teredo",
  endSignals: [
    { name: "SIGINT", number: 2 },
    { name: "SIGBREAK", number: 21 },
    // The console window closes, or its user logs off.
    { name: "SIGHUP", number: 1 },
    // The system shuts down.
    { name: "SIGTERM", number: 15 },
  ],
  reloadSignal: undefined,
  separator: "\\",
  // Deno has them, but not for HTTP.
  hasUnixSockets: false,
  longestSocketPath: 0,
  hasFileModes: false,
  bindsToGroups: false,
  ownTeredoCommand: ["netsh", "interface", "teredo", "show", "state"],
  pingCommand: () => undefined,
  nameOrderFile: undefined,
  firewall: "Windows Defender Firewall",
  serviceManager: "Task Scheduler",
  rights: "administrator",
  routeAdvice: (destination) =>
    `with "Find-NetRoute -RemoteIPAddress ${destination}" in PowerShell, and "route print -6"`,
  // Each interface has its own setting; in PowerShell, this command changes that of all.
  forwardingCommand: "powershell Set-NetIPInterface -AddressFamily IPv6 -Forwarding Enabled",
  nativeNeedsForwarding: true,
  folders(variable) {
    const own = `${variable("ProgramData") ?? "C:\\ProgramData"}\\teredo`;
    const ofUser = variable("LOCALAPPDATA") ?? variable("TEMP");
    return {
      config: own,
      runtime: `${own}\\run`,
      userRuntime: ofUser === undefined ? `${own}\\run` : `${ofUser}\\teredo`,
      state: `${own}\\state`,
    };
  },
  reservedPorts: "netsh interface ipv4 show excludedportrange udp",
  udpPortOwner: (port) => `netstat -ano -p UDP | findstr :${port}`,
  networkNamespace: () => undefined,
};
