/**
 * The systemd service that this process belongs to.
 *
 * @module
 */

import { readSpecialFile } from "../../ffi/c/special_file.ts";

/**
 * The name of the unit, such as "teredo-server.service"; `undefined` outside of services.
 *
 * @param cgroup the text of `/proc/self/cgroup`
 */
export function ownServiceUnit(cgroup: string = readCgroup()): string | undefined {
  const [, unit] = /^\d+:[^:]*:\/.*?([^/\n]+\.service)$/m.exec(cgroup) ?? [];
  return unit;
}

function readCgroup(): string {
  try {
    return readSpecialFile("/proc/self/cgroup");
  } catch {
    return "";
  }
}
