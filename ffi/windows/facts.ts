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
  interfaceName: "teredo",
  endSignals: [
    { name: "SIGINT", number: 2 },
    { name: "SIGBREAK", number: 21 },
  ],
  reloadSignal: undefined,
  separator: "\\",
  // Deno has them, but not for HTTP.
  hasUnixSockets: false,
  longestSocketPath: 0,
  hasFileModes: false,
  bindsToGroups: false,
  rights: "administrator",
  // Each interface has its own setting.
  routeAdvice: (destination) => `with "route print -6" and "pathping -n ${destination}"`,
  forwardingCommand: undefined,
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
  udpPortOwner: (port) => `netstat -ano -p UDP | findstr :${port}`,
  networkNamespace: () => undefined,
};
