/**
 * Which packets from the host a client carries, RFC 4380 §5.2.4.
 *
 * @module
 */

import type { DropReason } from "../protocol/drop_reason.ts";
import { addressOf, portOf } from "../wire/endpoint.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { UnreachableCode } from "../wire/icmpv6.ts";
import { isGlobalScope, isMulticast, isSameIpv6 } from "../wire/ipv6_address.ts";
import { DESTINATION, isIpv6Packet, SOURCE } from "../wire/ipv6_header.ts";
import { isTeredo, mappingOf, serverOf } from "../wire/teredo_address.ts";

/** Why a packet cannot go to any peer, and the code of the error that its sender gets. */
interface Refusal {
  readonly reason: DropReason;
  /** Without a code no error is sent. */
  readonly code?: number;
}

/** What is wrong with a packet from the host whatever its peer, if anything. */
export function refusalOf(
  packet: Uint8Array,
  self: Uint8Array,
  globalUnicast: GlobalUnicast,
): Refusal | undefined {
  if (!isIpv6Packet(packet)) return { reason: "ipv6_payload_length" };
  if (isMulticast(packet, DESTINATION)) return { reason: "multicast" };
  if (!isSameIpv6(packet, SOURCE, self)) {
    return { reason: "source_invalid", code: UnreachableCode.PROHIBITED };
  }
  if (!isTeredo(packet, DESTINATION)) {
    return isGlobalScope(packet, DESTINATION)
      ? undefined
      : { reason: "destination_invalid", code: UnreachableCode.BEYOND_SCOPE };
  }
  const mapping = mappingOf(packet, DESTINATION);
  // Sent to our own mapping, it would come back to us through a hairpinning NAT.
  if (mapping === mappingOf(self)) return { reason: "loop" };
  const isGlobal = portOf(mapping) !== 0 && globalUnicast.has(addressOf(mapping)) &&
    globalUnicast.has(serverOf(packet, DESTINATION));
  return isGlobal ? undefined : { reason: "destination_not_global" };
}
