/**
 * An ICMPv6 message, field by field.
 *
 * @module
 */

import { hasValidIcmpv6Checksum, writeIcmpv6Checksum } from "../../wire/checksum.ts";
import { Icmpv6Type } from "../../wire/icmpv6.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import { IPV6_HEADER_LENGTH } from "../../wire/ipv6_header.ts";
import { getU16, getU32 } from "../../memory/octets.ts";
import type { FieldReader } from "./field.ts";

const INFINITY = 0xffffffff;

/** Offset of the checksum in the packet. */
const CHECKSUM = IPV6_HEADER_LENGTH + 2;

/** Octets of an ICMPv6 header, and of an empty neighbour discovery option. */
const HEADER_LENGTH = 4;
const OPTION_HEADER = 2;

/** Types of neighbour discovery options. */
const PREFIX_INFORMATION = 3;
const MTU = 5;

/** Reads the message of the packet that starts at `start` and ends at `end`. */
export function readIcmpv6(reader: FieldReader, start: number, end: number): void {
  const packet = reader.bytes.subarray(start, end);
  if (packet.length < IPV6_HEADER_LENGTH + HEADER_LENGTH) return;
  const type = packet[IPV6_HEADER_LENGTH]!;
  reader.read("type", 1, `${type}: ${icmpv6TypeName(type)}`);
  reader.read("code", 1, (bytes, offset) => `${bytes[offset]}`);
  reader.read("checksum", 2, checksumText(packet, end - start));
  switch (type) {
    case Icmpv6Type.ROUTER_SOLICITATION:
      reader.read("reserved", 4);
      return readOptions(reader, end);
    case Icmpv6Type.ROUTER_ADVERTISEMENT:
      readAdvertisement(reader);
      return readOptions(reader, end);
    case Icmpv6Type.ECHO_REQUEST:
    case Icmpv6Type.ECHO_REPLY:
      reader.read("identifier", 2, number16);
      reader.read("sequence", 2, number16);
      return reader.readTo(
        end,
        "data",
        "in a connectivity test, proves that the answer is genuine",
      );
    case Icmpv6Type.PACKET_TOO_BIG:
      reader.read("MTU", 4, number32);
      return reader.readTo(end, "quotation", "the packet that the error is about");
    case Icmpv6Type.DESTINATION_UNREACHABLE:
    case Icmpv6Type.TIME_EXCEEDED:
      reader.read("unused", 4);
      return reader.readTo(end, "quotation", "the packet that the error is about");
  }
}

function checksumText(packet: Uint8Array, length: number): string {
  if (packet.length < length) return "cannot be checked: the packet is incomplete";
  if (hasValidIcmpv6Checksum(packet)) return "correct";
  const righted = packet.slice();
  writeIcmpv6Checksum(righted);
  const right = righted.subarray(CHECKSUM, CHECKSUM + 2).toHex();
  return `wrong: ${right} would be correct`;
}

function readAdvertisement(reader: FieldReader): void {
  reader.read("hop limit", 1, zeroIs("unspecified"));
  reader.read("M and O", 1, (bytes, offset) => {
    const flags = bytes[offset]!;
    return `M=${flags >>> 7} O=${(flags >>> 6) & 1}`;
  });
  reader.read("router lifetime", 2, (bytes, offset) => {
    const seconds = getU16(bytes, offset);
    return seconds === 0 ? "0: not a default router" : `${seconds} s`;
  });
  reader.read("reachable time", 4, milliseconds);
  reader.read("retransmission timer", 4, milliseconds);
}

function readOptions(reader: FieldReader, end: number): void {
  const last = Math.min(end, reader.bytes.length);
  while (reader.offset + OPTION_HEADER <= last) {
    const start = reader.offset;
    const type = reader.bytes[start]!;
    const length = 8 * reader.bytes[start + 1]!;
    reader.read("option", 1, `${type}: ${optionName(type)}`);
    reader.read("option length", 1, length === 0 ? "0: invalid" : `${length} octets`);
    if (length === 0 || start + length > last) return;
    if (type === PREFIX_INFORMATION && length === 32) readPrefix(reader);
    else if (type === MTU && length === 8) readMtu(reader);
    reader.readTo(start + length, "option's rest");
  }
}

function readPrefix(reader: FieldReader): void {
  const length = reader.bytes[reader.offset]!;
  reader.read("prefix length", 1, `${length}`);
  reader.read("L and A", 1, (bytes, offset) => {
    const flags = bytes[offset]!;
    return `L=${flags >>> 7} A=${(flags >>> 6) & 1}: ` +
      `${flags & 0x40 ? "" : "not "}for autoconfigured addresses`;
  });
  reader.read("valid lifetime", 4, lifetime);
  reader.read("preferred lifetime", 4, lifetime);
  reader.read("reserved", 4);
  reader.read("prefix", 16, (bytes, offset) => `${formatIpv6(bytes, offset)}/${length}`);
}

function readMtu(reader: FieldReader): void {
  reader.read("reserved", 2);
  reader.read("MTU", 4, number32);
}

function zeroIs(word: string) {
  return (bytes: Uint8Array, offset: number): string =>
    bytes[offset] === 0 ? `0: ${word}` : `${bytes[offset]}`;
}

function number16(bytes: Uint8Array, offset: number): string {
  return `${getU16(bytes, offset)}`;
}

function number32(bytes: Uint8Array, offset: number): string {
  return `${getU32(bytes, offset)}`;
}

function milliseconds(bytes: Uint8Array, offset: number): string {
  const value = getU32(bytes, offset);
  return value === 0 ? "0: unspecified" : `${value} ms`;
}

function lifetime(bytes: Uint8Array, offset: number): string {
  const seconds = getU32(bytes, offset);
  return seconds === INFINITY ? "forever" : `${seconds} s`;
}

function optionName(type: number): string {
  switch (type) {
    case 1:
      return "source link-layer address";
    case PREFIX_INFORMATION:
      return "prefix information";
    case MTU:
      return "MTU";
    default:
      return "not used by Teredo";
  }
}

/** The name of an ICMPv6 type. */
export function icmpv6TypeName(type: number): string {
  switch (type) {
    case Icmpv6Type.DESTINATION_UNREACHABLE:
      return "Destination Unreachable";
    case Icmpv6Type.PACKET_TOO_BIG:
      return "Packet Too Big";
    case Icmpv6Type.TIME_EXCEEDED:
      return "Time Exceeded";
    case Icmpv6Type.ECHO_REQUEST:
      return "Echo Request";
    case Icmpv6Type.ECHO_REPLY:
      return "Echo Reply";
    case Icmpv6Type.ROUTER_SOLICITATION:
      return "Router Solicitation";
    case Icmpv6Type.ROUTER_ADVERTISEMENT:
      return "Router Advertisement";
    case Icmpv6Type.REDIRECT:
      return "Redirect";
    default:
      return `type ${type}`;
  }
}
