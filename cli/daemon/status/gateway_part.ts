/**
 * A gateway's part of a report.
 *
 * @module
 */

import type { FilterCounts } from "../../../ffi/packet_filter.ts";
import type { GatewayAccountStatus, GatewayStatus } from "../../../relay/gateway_status.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";
import { formatOctets } from "../../../wire/octet_text.ts";
import type { AccountPart, GatewayPart } from "./status_report.ts";

/** A gateway's part, with what its rules have counted in the kernel; `null` where there is none. */
export function gatewayPart(
  status: GatewayStatus | undefined,
  counts: FilterCounts | undefined,
): GatewayPart | null {
  if (status === undefined) return null;
  const { connections, ...refused } = counts ?? {};
  return {
    connections: connections?.packets ?? 0,
    refused: Object.fromEntries(
      Object.entries(refused).map(([reason, { packets }]) => [reason, packets]),
    ),
    accountCount: status.accountCount,
    accounts: status.accounts.map(accountPart),
  };
}

function accountPart({ name, octetsOut, octetsIn, usedAgo }: GatewayAccountStatus): AccountPart {
  return {
    name: accountName(name),
    bytesOut: octetsOut,
    bytesIn: octetsIn,
    usedAgo: Math.round(usedAgo),
  };
}

/** An IPv4 address, or an identifier as people write it. */
function accountName(name: string): string {
  return parseIpv4(name) === undefined ? formatOctets(Uint8Array.fromHex(name)) : name;
}
