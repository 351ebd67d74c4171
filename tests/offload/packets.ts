/**
 * Packets for the tests of offload/, built and checked by the plainest means: one word at a time,
 * as RFC 1071 §4.1 has it.
 *
 * @module
 */

import { getU16, getU32, setU16, setU32 } from "../../memory/octets.ts";
import { plainSum } from "../wire/plain_sum.ts";

export const TCP_PROTOCOL = 6;
export const UDP_PROTOCOL = 17;

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;
export const ECE = 0x40;
export const CWR = 0x80;

/** Fields of a TCP packet that a test may want to choose. */
export interface TcpFields {
  readonly sequence?: number;
  readonly flags?: number;
  readonly options?: readonly number[];
  readonly data?: Uint8Array;
  readonly sourcePort?: number;
  readonly acknowledgment?: number;
  readonly window?: number;
  readonly urgent?: number;
  readonly reserved?: number;
  readonly ip?: IpFields;
}

/** Fields of an IPv6 header that a test may want to choose. */
interface IpFields {
  readonly trafficClass?: number;
  readonly flowLabel?: number;
  readonly hopLimit?: number;
  readonly lastSourceOctet?: number;
  readonly lastDestinationOctet?: number;
  /** Extension headers, and the type of the first of them. */
  readonly extensions?: { readonly first: number; readonly octets: readonly number[] };
}

/** Destination options (RFC 8200 §4.6) of 16 octets before a header of `protocol`. */
export function destinationOptions(protocol: number): IpFields {
  return {
    extensions: { first: 60, octets: [protocol, 1, 1, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
  };
}

/** `length` octets that differ from those of another seed. */
export function data(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i + 977 * seed, 2654435761) >>> 24);
}

/** A TCP packet with a right checksum. */
export function tcp(fields: TcpFields = {}): Uint8Array<ArrayBuffer> {
  const options = fields.options ?? [];
  const content = fields.data ?? data(100);
  const segment = new Uint8Array(20 + options.length + content.length);
  setU16(segment, 0, fields.sourcePort ?? 50_000);
  setU16(segment, 2, 80);
  setU32(segment, 4, fields.sequence ?? 1000);
  setU32(segment, 8, fields.acknowledgment ?? 77);
  segment[12] = ((20 + options.length) / 4 << 4) | (fields.reserved ?? 0);
  segment[13] = fields.flags ?? ACK;
  setU16(segment, 14, fields.window ?? 501);
  setU16(segment, 18, fields.urgent ?? 0);
  segment.set(options, 20);
  segment.set(content, 20 + options.length);
  return ipv6(TCP_PROTOCOL, segment, 16, fields.ip);
}

/** A UDP packet with a right checksum. */
export function udp(
  content: Uint8Array,
  sourcePort = 50_000,
  ip?: IpFields,
): Uint8Array<ArrayBuffer> {
  const datagram = new Uint8Array(8 + content.length);
  setU16(datagram, 0, sourcePort);
  setU16(datagram, 2, 53);
  setU16(datagram, 4, datagram.length);
  datagram.set(content, 8);
  return ipv6(UDP_PROTOCOL, datagram, 6, ip);
}

function ipv6(
  protocol: number,
  upper: Uint8Array,
  checksumField: number,
  ip: IpFields = {},
): Uint8Array<ArrayBuffer> {
  const extensions = ip.extensions?.octets ?? [];
  const packet = new Uint8Array(40 + extensions.length + upper.length);
  setU32(packet, 0, 0x6000_0000 + ((ip.trafficClass ?? 0) << 20) + (ip.flowLabel ?? 0x12345));
  setU16(packet, 4, extensions.length + upper.length);
  packet[6] = ip.extensions?.first ?? protocol;
  packet[7] = ip.hopLimit ?? 64;
  packet.set([0x20, 0x01, 0, 0, 0x53, 1, 1, 1], 8);
  packet[23] = ip.lastSourceOctet ?? 1;
  packet.set([0x20, 0x01, 0, 0, 0x53, 1, 1, 1], 24);
  packet[39] = ip.lastDestinationOctet ?? 2;
  packet.set(extensions, 40);
  packet.set(upper, 40 + extensions.length);
  const start = 40 + extensions.length;
  const checksum = ~upperSum(packet, start, protocol) & 0xffff;
  setU16(packet, start + checksumField, checksum === 0 ? 0xffff : checksum);
  return packet;
}

/** The folded sum of pseudo-header and upper layer, one word at a time. */
function upperSum(packet: Uint8Array, start: number, protocol: number): number {
  const length = packet.length - start;
  return plainSum(
    new Uint8Array([
      ...packet.subarray(8, 40),
      ...[0, 0, length >>> 8, length & 0xff, 0, 0, 0, protocol],
      ...packet.subarray(start),
    ]),
  );
}

/**
 * Puts the sum of the pseudo-header into the checksum field, as a kernel does that leaves the rest.
 */
export function leaveChecksum(
  packet: Uint8Array,
  protocol: number,
  start = 40,
): Uint8Array {
  const left = packet.slice();
  const length = packet.length - start;
  const pseudo = new Uint8Array([
    ...packet.subarray(8, 40),
    ...[0, 0, length >>> 8, length & 0xff, 0, 0, 0, protocol],
  ]);
  setU16(left, start + (protocol === TCP_PROTOCOL ? 16 : 6), plainSum(pseudo));
  return left;
}

/**
 * What a TCP or UDP packet says, with its checksum's verdict; for comparing whole lists at once.
 */
interface Reading {
  readonly protocol: number;
  readonly sequence?: number;
  readonly flags?: number;
  readonly data: string;
  readonly isValid: boolean;
}

/** Reads a packet whose upper layer is at `start`, and checks all its lengths. */
export function read(packet: Uint8Array, start = 40): Reading {
  const protocol = start === 40 ? packet[6]! : packet[40]!;
  const lengthFits = getU16(packet, 4) === packet.length - 40;
  const sumFits = upperSum(packet, start, protocol) === 0xffff;
  if (protocol !== TCP_PROTOCOL) {
    const isValid = lengthFits && sumFits && getU16(packet, start + 4) === packet.length - start;
    return { protocol, data: hex(packet.subarray(start + 8)), isValid };
  }
  return {
    protocol,
    sequence: getU32(packet, start + 4),
    flags: packet[start + 13]!,
    data: hex(packet.subarray(start + (packet[start + 12]! >>> 4) * 4)),
    isValid: lengthFits && sumFits,
  };
}

/** Octets as text. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
