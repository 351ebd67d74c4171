/**
 * Bubbles, RFC 4380 §2.8: IPv6 packets of a header alone, sent to make a NAT let the answer in.
 *
 * @module
 */

import {
  IPV6_HEADER_LENGTH,
  NextHeader,
  nextHeaderOf,
  payloadLengthOf,
  writeIpv6Header,
} from "./ipv6_header.ts";

/** The hop limit of Windows' bubbles. The RFC sets none, and receivers must not check it. */
export const BUBBLE_HOP_LIMIT = 21;

/** A bubble: 40 octets from `source` to `destination` (16 octets each). */
export function encodeBubble(
  source: Uint8Array,
  destination: Uint8Array,
  hopLimit = BUBBLE_HOP_LIMIT,
): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(IPV6_HEADER_LENGTH);
  const nextHeader = NextHeader.NONE;
  writeIpv6Header(packet, { payloadLength: 0, nextHeader, hopLimit, source, destination });
  return packet;
}

/** Whether a well-formed IPv6 packet is a bubble. */
export function isBubble(packet: Uint8Array): boolean {
  return nextHeaderOf(packet) === NextHeader.NONE && payloadLengthOf(packet) === 0;
}
