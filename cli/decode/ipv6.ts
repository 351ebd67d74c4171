/**
 * An IPv6 packet, field by field.
 *
 * @module
 */

import { formatEndpoint } from "../../wire/endpoint.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import { IPV6_HEADER_LENGTH, NextHeader } from "../../wire/ipv6_header.ts";
import { getU16, getU32 } from "../../memory/octets.ts";
import { decodeTeredoAddress, isHistoricalTeredo } from "../../wire/teredo_address.ts";
import type { FieldReader } from "./field.ts";
import { readIcmpv6 } from "./icmpv6.ts";

/**
 * Reads the packet at the reader's place.
 *
 * @returns where it ends according to its header, which may be after the end of the datagram
 */
export function readIpv6(reader: FieldReader): number {
  const start = reader.offset;
  const isWhole = reader.left >= IPV6_HEADER_LENGTH;
  const payloadLength = isWhole ? getU16(reader.bytes, start + 4) : 0;
  const nextHeader = isWhole ? reader.bytes[start + 6]! : NextHeader.NONE;
  const end = start + IPV6_HEADER_LENGTH + payloadLength;
  reader.read("version, class, flow", 4, versionText);
  reader.read("payload length", 2, payloadText(start));
  reader.read("next header", 1, nextHeaderText);
  reader.read("hop limit", 1, (bytes, offset) => `${bytes[offset]}`);
  reader.read("source", 16, addressText);
  reader.read("destination", 16, addressText);
  reader.within(end, () => {
    if (nextHeader === NextHeader.ICMPV6) readIcmpv6(reader, start, end);
    reader.readTo(end, "payload", payloadName(nextHeader));
  });
  return end;
}

function versionText(bytes: Uint8Array, offset: number): string {
  const word = getU32(bytes, offset);
  return `version ${word >>> 28}, traffic class ${(word >>> 20) & 0xff}, ` +
    `flow label ${(word & 0xfffff).toString(16).padStart(5, "0")}`;
}

function payloadText(start: number) {
  return (bytes: Uint8Array, offset: number): string => {
    const length = getU16(bytes, offset);
    const there = bytes.length - start - IPV6_HEADER_LENGTH;
    return length > there && there >= 0 ? `${length}, but ${there} octets are there` : `${length}`;
  };
}

function nextHeaderText(bytes: Uint8Array, offset: number): string {
  const next = bytes[offset]!;
  return `${next}: ${nextHeaderName(next)}`;
}

function payloadName(next: number): string {
  return next === NextHeader.NONE ? "not part of any protocol" : `of ${nextHeaderName(next)}`;
}

/** An address as text, and what it means if it is a Teredo address. */
function addressText(bytes: Uint8Array, offset: number): string {
  const text = formatIpv6(bytes, offset);
  if (isHistoricalTeredo(bytes, offset)) return `${text}: from Teredo's tests before 2006`;
  const teredo = decodeTeredoAddress(bytes, offset);
  if (teredo === undefined) return text;
  return `${text}: the client seen at ${formatEndpoint(teredo.mapping)}, ` +
    `of server ${formatIpv4(teredo.server)}, flags ${teredo.flags.toString(16).padStart(4, "0")}`;
}

/** What follows the header. */
export function nextHeaderName(next: number): string {
  switch (next) {
    case NextHeader.HOP_BY_HOP:
      return "hop-by-hop options";
    case NextHeader.TCP:
      return "TCP";
    case NextHeader.UDP:
      return "UDP";
    case NextHeader.ROUTING:
      return "a routing header";
    case NextHeader.FRAGMENT:
      return "a fragment header";
    case NextHeader.ICMPV6:
      return "ICMPv6";
    case NextHeader.NONE:
      return "nothing";
    case NextHeader.DESTINATION_OPTIONS:
      return "destination options";
    default:
      return `protocol ${next}`;
  }
}
