/**
 * Whether Windows forwards IPv6 packets.
 *
 * @module
 */

import { readTable } from "./mib_table.ts";
import { AF_INET6, INTERFACE_ROW } from "./netioapi.ts";

/**
 * See `forwardsIpv6` of `open.ts`. Each interface has its own setting; that of ours is set when it
 * comes up, so one more interface that forwards is enough.
 */
export function forwardsIpv6(): boolean | undefined {
  const rows = readTable("GetIpInterfaceTable", AF_INET6);
  if (typeof rows === "number") return undefined;
  return rows.some((row) => {
    const { connected, forwardingEnabled } = INTERFACE_ROW.decode(row);
    return connected !== 0 && forwardingEnabled !== 0;
  });
}
