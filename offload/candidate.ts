/**
 * Which packets can become part of a super-packet, and which of them belong together.
 *
 * @module
 */

import {
  ADDRESSES_LENGTH,
  IPV6_HEADER_LENGTH,
  isIpv6Packet,
  NextHeader,
  nextHeaderOf,
  payloadLengthOf,
  SOURCE,
} from "../wire/ipv6_header.ts";
import { equalOctets, getU16 } from "../memory/octets.ts";
import {
  TCP,
  TCP_HEADER_LENGTH,
  TcpFlag,
  tcpHeaderLength,
  UDP,
  UDP_HEADER_LENGTH,
} from "./transport_header.ts";

/** Where the TCP or UDP header is: candidates have no extension headers. */
export const TRANSPORT = IPV6_HEADER_LENGTH;

const TCP_FLAGS = TRANSPORT + TCP.FLAGS;
const TCP_HEADER_WORDS = TRANSPORT + TCP.HEADER_WORDS;

/** What identifies a flow: both addresses and, right behind them, both ports. */
const FLOW_LENGTH = ADDRESSES_LENGTH + 4;

/**
 * Length of the headers of a packet that can be part of a super-packet; 0 for any other.
 *
 * Such a packet is a whole IPv6 packet without extension headers that carries data over UDP, or
 * over TCP with only ACK and PSH set. Its checksum is not checked here.
 */
export function candidateHeaderLength(packet: Uint8Array): number {
  if (!isIpv6Packet(packet)) return 0;
  switch (nextHeaderOf(packet)) {
    case NextHeader.TCP:
      return tcpCandidate(packet);
    case NextHeader.UDP:
      return udpCandidate(packet);
    default:
      return 0;
  }
}

function tcpCandidate(packet: Uint8Array): number {
  if (packet.length <= TRANSPORT + TCP_HEADER_LENGTH) return 0;
  if ((packet[TCP_FLAGS]! & ~TcpFlag.PSH) !== TcpFlag.ACK) return 0;
  // The reserved bits, one of which Accurate ECN uses as a flag.
  if ((packet[TCP_HEADER_WORDS]! & 0x0f) !== 0) return 0;
  const length = tcpHeaderLength(packet, TRANSPORT);
  return length >= TCP_HEADER_LENGTH && TRANSPORT + length < packet.length ? TRANSPORT + length : 0;
}

function udpCandidate(packet: Uint8Array): number {
  const headerLength = TRANSPORT + UDP_HEADER_LENGTH;
  if (packet.length <= headerLength) return 0;
  if (getU16(packet, TRANSPORT + UDP.LENGTH) !== payloadLengthOf(packet)) return 0;
  return getU16(packet, TRANSPORT + UDP.CHECKSUM) === 0 ? 0 : headerLength;
}

/** Whether two packets have the same protocol, addresses and ports. Both have these. */
export function isSameFlow(
  one: Uint8Array,
  oneStart: number,
  other: Uint8Array,
): boolean {
  return one[oneStart + 6] === other[6] &&
    equalOctets(one, oneStart + SOURCE, other, SOURCE, FLOW_LENGTH);
}

/**
 * A number that is the same for all packets of a flow, and seldom for those of two. The packet shows
 * its ports.
 */
export function flowKeyOf(packet: Uint8Array): number {
  return Math.imul(wordAt(packet, SOURCE + 12), 0x9e3779b1) ^
    Math.imul(wordAt(packet, SOURCE + 28), 0x85ebca6b) ^ wordAt(packet, TRANSPORT);
}

/** 32 bits as a signed integer, which V8 never keeps as a double. */
function wordAt(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) |
    bytes[offset + 3]!;
}

/** Whether two packets have the same addresses. Both have whole IPv6 headers. */
export function isSamePair(one: Uint8Array, oneStart: number, other: Uint8Array): boolean {
  return equalOctets(one, oneStart + SOURCE, other, SOURCE, ADDRESSES_LENGTH);
}

/** Whether a packet has its ports where {@linkcode isSameFlow} looks for them. */
export function showsPorts(packet: Uint8Array): boolean {
  const next = packet.length >= TRANSPORT + 4 ? nextHeaderOf(packet) : NextHeader.NONE;
  return next === NextHeader.TCP || next === NextHeader.UDP;
}
