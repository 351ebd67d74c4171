/**
 * The IPv6 header, RFC 8200 §3: where its fields stand, and writing one.
 *
 *     0  version 6, traffic class, flow label (4)
 *     4  payload length (2)      6  next header (1)      7  hop limit (1)
 *     8  source (16)            24  destination (16)
 *
 * @module
 */

import { getU16, setU16, setU32 } from "../memory/octets.ts";

/** Length of the fixed IPv6 header in octets. */
export const IPV6_HEADER_LENGTH = 40;

/** Offset of the source address. */
export const SOURCE = 8;

/** Offset of the destination address. */
export const DESTINATION = 24;

/** Octets of both addresses, the destination right behind the source. */
export const ADDRESSES_LENGTH = 32;

const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const HOP_LIMIT = 7;

/**
 * Next-header values (IANA protocol numbers): what Teredo looks at, and what may stand before it.
 */
export const NextHeader = {
  HOP_BY_HOP: 0,
  TCP: 6,
  UDP: 17,
  ROUTING: 43,
  FRAGMENT: 44,
  ICMPV6: 58,
  NONE: 59,
  DESTINATION_OPTIONS: 60,
  MOBILITY: 135,
  HIP: 139,
  SHIM6: 140,
  EXPERIMENT_1: 253,
  EXPERIMENT_2: 254,
} as const;

/** The IP version of a packet; 0 for an empty one. */
export function versionOf(packet: Uint8Array): number {
  return packet.length === 0 ? 0 : packet[0]! >>> 4;
}

/** The payload length field: the octets behind the fixed header. */
export function payloadLengthOf(packet: Uint8Array, offset = 0): number {
  return getU16(packet, offset + PAYLOAD_LENGTH);
}

/** The next-header field. */
export function nextHeaderOf(packet: Uint8Array): number {
  return packet[NEXT_HEADER]!;
}

/** The hop limit field. */
export function hopLimitOf(packet: Uint8Array): number {
  return packet[HOP_LIMIT]!;
}

/** Sets the hop limit; no checksum covers it. */
export function setHopLimit(packet: Uint8Array, hopLimit: number): void {
  packet[HOP_LIMIT] = hopLimit;
}

/** The source address, a view into the packet. */
export function sourceOf(packet: Uint8Array): Uint8Array {
  return packet.subarray(SOURCE, SOURCE + 16);
}

/** The destination address, a view into the packet. */
export function destinationOf(packet: Uint8Array): Uint8Array {
  return packet.subarray(DESTINATION, DESTINATION + 16);
}

/** What {@linkcode writeIpv6Header} writes. */
export interface Ipv6Header {
  /** Octets behind the header. */
  readonly payloadLength: number;
  readonly nextHeader: number;
  readonly hopLimit: number;
  /** 16 octets. */
  readonly source: Uint8Array;
  /** 16 octets. */
  readonly destination: Uint8Array;
}

/** Writes a header with traffic class 0 and flow label 0 into the first 40 octets of `packet`. */
export function writeIpv6Header(packet: Uint8Array, header: Ipv6Header): void {
  setU32(packet, 0, 0x60000000);
  setU16(packet, PAYLOAD_LENGTH, header.payloadLength);
  packet[NEXT_HEADER] = header.nextHeader;
  packet[HOP_LIMIT] = header.hopLimit;
  packet.set(header.source, SOURCE);
  packet.set(header.destination, DESTINATION);
}

/**
 * Whether `packet` is one whole IPv6 packet: version 6, at least a header, and exactly as long as
 * the header says.
 */
export function isIpv6Packet(packet: Uint8Array): boolean {
  return packet.length >= IPV6_HEADER_LENGTH && versionOf(packet) === 6 &&
    IPV6_HEADER_LENGTH + payloadLengthOf(packet) === packet.length;
}

/** Extension headers that may stand before a routing header; RFC 8200 §4.1 fixes no order. */
function isSkipped(next: number): boolean {
  return next === NextHeader.HOP_BY_HOP || next === NextHeader.DESTINATION_OPTIONS ||
    next === NextHeader.ROUTING || next === NextHeader.FRAGMENT;
}

/**
 * Whether a packet may be more than data for its destination's upper layer: no next header, as in a
 * bubble, or a chain of extension headers.
 */
export function needsCloserLook(packet: Uint8Array): boolean {
  const next = nextHeaderOf(packet);
  return next === NextHeader.NONE || isSkipped(next);
}

/**
 * Whether a type 0 routing header (deprecated by RFC 5095) is in the packet's header chain.
 * A chain that runs out of the packet is as suspect as the header itself and counts as one.
 */
export function hasRoutingHeaderType0(packet: Uint8Array): boolean {
  let next = nextHeaderOf(packet);
  let offset = IPV6_HEADER_LENGTH;
  while (isSkipped(next)) {
    if (offset + 8 > packet.length) return true;
    if (next === NextHeader.ROUTING && packet[offset + 2] === 0) return true;
    // Behind the header of a later fragment stands a middle of something, not a header.
    if (next === NextHeader.FRAGMENT && getU16(packet, offset + 2) >= 8) return false;
    const length = next === NextHeader.FRAGMENT ? 8 : 8 * (packet[offset + 1]! + 1);
    next = packet[offset]!;
    offset += length;
  }
  return false;
}
