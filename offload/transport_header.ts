/**
 * The headers of TCP (RFC 9293 §3.1) and UDP (RFC 768) as far as segmentation touches them.
 *
 *     TCP  0  source port (2)         2  destination port (2)    4  sequence number (4)
 *          8  acknowledgment (4)     12  length of the header in words and reserved bits (1)
 *         13  flags (1)              14  window (2)             16  checksum (2)
 *         18  urgent pointer (2)     20  options
 *
 *     UDP  0  source port (2)         2  destination port (2)    4  length (2)
 *          6  checksum (2)
 *
 * @module
 */

import { IPV6_HEADER_LENGTH, NextHeader, nextHeaderOf } from "../wire/ipv6_header.ts";

/** Offsets into a TCP header. */
export const TCP = {
  SEQUENCE: 4,
  HEADER_WORDS: 12,
  FLAGS: 13,
  CHECKSUM: 16,
} as const;

/** Length of a TCP header without options. */
export const TCP_HEADER_LENGTH = 20;

/** Bits of a TCP header's flags. */
export const TcpFlag = {
  FIN: 0x01,
  PSH: 0x08,
  ACK: 0x10,
  CWR: 0x80,
} as const;

/** Offsets into a UDP header. */
export const UDP = {
  LENGTH: 4,
  CHECKSUM: 6,
} as const;

/** Length of a UDP header. */
export const UDP_HEADER_LENGTH = 8;

/** Length of the TCP header at `offset` by its own field, which may be too short or too long. */
export function tcpHeaderLength(bytes: Uint8Array, offset: number): number {
  return (bytes[offset + TCP.HEADER_WORDS]! >>> 4) * 4;
}

/**
 * Extension headers that every segment can repeat as they are. All have the same beginning (RFC
 * 6564 §4): the next header, and the length in units of 8 octets without the first. A fragment is
 * only part of a packet, and what IPsec's headers protect must not change.
 */
const REPEATABLE: ReadonlySet<number> = new Set([
  NextHeader.HOP_BY_HOP,
  NextHeader.ROUTING,
  NextHeader.DESTINATION_OPTIONS,
  NextHeader.MOBILITY,
  NextHeader.HIP,
  NextHeader.SHIM6,
  NextHeader.EXPERIMENT_1,
  NextHeader.EXPERIMENT_2,
]);

/**
 * Whether the header of `protocol` is at `offset` of an IPv6 packet, with only extension headers
 * before it that every segment can repeat.
 */
export function isTransportAt(packet: Uint8Array, offset: number, protocol: number): boolean {
  let next = nextHeaderOf(packet);
  let position = IPV6_HEADER_LENGTH;
  while (position < offset) {
    if (!REPEATABLE.has(next)) return false;
    if (position + 8 > packet.length) return false;
    next = packet[position]!;
    position += 8 * (packet[position + 1]! + 1);
  }
  return position === offset && next === protocol;
}
