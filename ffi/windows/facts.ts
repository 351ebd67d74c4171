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
  configFolder: "C:\\ProgramData\\teredo",
  runtimeFolder: undefined,
  longestSocketPath: 0,
  hasFileModes: false,
  bindsToGroups: false,
  rights: "administrator",
  // Each interface has its own setting.
  routeAdvice: (destination) => `with "route print -6" and "pathping -n ${destination}"`,
  forwardingCommand: undefined,
  udpPortOwner: (port) => `netstat -abno -p UDP | findstr :${port}`,
  networkNamespace: () => undefined,
};
