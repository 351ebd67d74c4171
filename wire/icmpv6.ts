/**
 * ICMPv6 messages, RFC 4443: the echo that Teredo tests connectivity with, and the errors that a
 * tunnel owes to its senders.
 *
 *     0  type (1)      1  code (1)      2  checksum (2)      4  body
 *
 * Functions on packets expect ICMPv6 right behind the fixed IPv6 header, which is where Teredo's
 * own messages have it.
 *
 * @module
 */

import { writeIcmpv6Checksum } from "./checksum.ts";
import { isMulticast, isUnspecified } from "./ipv6_address.ts";
import {
  DESTINATION,
  IPV6_HEADER_LENGTH,
  NextHeader,
  nextHeaderOf,
  SOURCE,
  sourceOf,
  writeIpv6Header,
} from "./ipv6_header.ts";
import { setU16, setU32 } from "../memory/octets.ts";

/** ICMPv6 types. */
export const Icmpv6Type = {
  DESTINATION_UNREACHABLE: 1,
  PACKET_TOO_BIG: 2,
  TIME_EXCEEDED: 3,
  ECHO_REQUEST: 128,
  ECHO_REPLY: 129,
  ROUTER_SOLICITATION: 133,
  ROUTER_ADVERTISEMENT: 134,
  REDIRECT: 137,
} as const;

/** Types below this are errors, RFC 4443 §2.1. */
const FIRST_INFORMATIONAL = 128;

/** Codes of Destination Unreachable, RFC 4443 §3.1. */
export const UnreachableCode = {
  NO_ROUTE: 0,
  PROHIBITED: 1,
  BEYOND_SCOPE: 2,
  ADDRESS: 3,
} as const;

/** The least MTU of IPv6; an error message is never longer (RFC 4443 §2.4 c). */
export const IPV6_MIN_MTU = 1280;

const TYPE = IPV6_HEADER_LENGTH;
const CODE = IPV6_HEADER_LENGTH + 1;
const BODY = IPV6_HEADER_LENGTH + 4;
const ECHO_DATA = IPV6_HEADER_LENGTH + 8;

/** Whether an ICMPv6 header with a body of four octets stands right behind the fixed header. */
export function isIcmpv6(packet: Uint8Array): boolean {
  return nextHeaderOf(packet) === NextHeader.ICMPV6 && packet.length >= BODY;
}

/** The ICMPv6 type of a packet for which {@linkcode isIcmpv6} holds. */
export function icmpv6TypeOf(packet: Uint8Array): number {
  return packet[TYPE]!;
}

/** The ICMPv6 code of a packet for which {@linkcode isIcmpv6} holds. */
export function icmpv6CodeOf(packet: Uint8Array): number {
  return packet[CODE]!;
}

/** Whether the packet is an error message. */
export function isIcmpv6Error(packet: Uint8Array): boolean {
  return isIcmpv6(packet) && packet[TYPE]! < FIRST_INFORMATIONAL;
}

/** Whether the packet is an Echo Request or Reply, whole at least up to its data. */
export function isEcho(packet: Uint8Array): boolean {
  if (!isIcmpv6(packet) || packet.length < ECHO_DATA || packet[CODE] !== 0) return false;
  const type = packet[TYPE]!;
  return type === Icmpv6Type.ECHO_REQUEST || type === Icmpv6Type.ECHO_REPLY;
}

/** Whether the packet is an Echo Request. */
export function isEchoRequest(packet: Uint8Array): boolean {
  return isEcho(packet) && packet[TYPE] === Icmpv6Type.ECHO_REQUEST;
}

/** Whether the packet is an Echo Reply. */
export function isEchoReply(packet: Uint8Array): boolean {
  return isEcho(packet) && packet[TYPE] === Icmpv6Type.ECHO_REPLY;
}

/** The data of an echo message, a view into the packet. */
export function echoDataOf(packet: Uint8Array): Uint8Array {
  return packet.subarray(ECHO_DATA);
}

/** An Echo Request or Reply to send. */
export interface Echo {
  readonly type: typeof Icmpv6Type.ECHO_REQUEST | typeof Icmpv6Type.ECHO_REPLY;
  /** 16 octets. */
  readonly source: Uint8Array;
  /** 16 octets. */
  readonly destination: Uint8Array;
  readonly identifier: number;
  readonly sequence: number;
  readonly data: Uint8Array;
  /** 64 unless given. */
  readonly hopLimit?: number;
}

/** An echo message as an IPv6 packet. */
export function encodeEcho(echo: Echo): Uint8Array<ArrayBuffer> {
  const packet = newPacket(8 + echo.data.length, echo.source, echo.destination, echo.hopLimit);
  packet[TYPE] = echo.type;
  setU16(packet, BODY, echo.identifier);
  setU16(packet, BODY + 2, echo.sequence);
  packet.set(echo.data, ECHO_DATA);
  writeIcmpv6Checksum(packet);
  return packet;
}

/** An error message to send about a packet. */
export interface Icmpv6Error {
  readonly type: number;
  readonly code: number;
  /** The four octets behind the checksum: the MTU of Packet Too Big, otherwise 0. */
  readonly parameter?: number;
  /** 16 octets: the node that reports the error. */
  readonly source: Uint8Array;
  /** The packet that the error is about; as much of it is quoted as fits the minimum MTU. */
  readonly about: Uint8Array;
}

/** An error message, addressed to the source of the packet that it is about. */
export function encodeIcmpv6Error(error: Icmpv6Error): Uint8Array<ArrayBuffer> {
  const quoted = error.about.subarray(0, IPV6_MIN_MTU - ECHO_DATA);
  const packet = newPacket(8 + quoted.length, error.source, sourceOf(error.about));
  packet[TYPE] = error.type;
  packet[CODE] = error.code;
  setU32(packet, BODY, error.parameter ?? 0);
  packet.set(quoted, ECHO_DATA);
  writeIcmpv6Checksum(packet);
  return packet;
}

function newPacket(
  payloadLength: number,
  source: Uint8Array,
  destination: Uint8Array,
  hopLimit = 64,
): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(IPV6_HEADER_LENGTH + payloadLength);
  const nextHeader = NextHeader.ICMPV6;
  writeIpv6Header(packet, { payloadLength, nextHeader, hopLimit, source, destination });
  return packet;
}

/**
 * Whether an error about `packet` may be sent at all, RFC 4443 §2.4 (e): never about an ICMPv6
 * error or redirect, never to a source that is not a single node, and about a multicast packet only
 * if it was too big.
 */
export function mayReportError(packet: Uint8Array, type: number): boolean {
  if (isMulticast(packet, SOURCE) || isUnspecified(packet, SOURCE)) return false;
  if (isMulticast(packet, DESTINATION) && type !== Icmpv6Type.PACKET_TOO_BIG) return false;
  if (nextHeaderOf(packet) !== NextHeader.ICMPV6) return true;
  return isIcmpv6(packet) && packet[TYPE]! >= FIRST_INFORMATIONAL &&
    packet[TYPE] !== Icmpv6Type.REDIRECT;
}
