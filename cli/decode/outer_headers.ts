/**
 * The IPv4 and UDP headers around a payload, where they were copied along: tcpdump shows them.
 *
 * @module
 */

import { endpoint, formatEndpoint } from "../../wire/endpoint.ts";
import { formatIpv4, ipv4Address } from "../../wire/ipv4_address.ts";
import { getU16, getU32 } from "../../memory/octets.ts";
import type { FieldReader, Meaning } from "./field.ts";

/** Octets of an IPv4 header without options, and of a UDP header. */
const IPV4_HEADER = 20;
const UDP_HEADER = 8;

const UDP = 17;

/** "More fragments follow", and where a fragment belongs. */
const FRAGMENT_MASK = 0x3fff;

/**
 * Reads the headers if they are there; no Teredo payload begins like them (RFC 4380 §5.1.1).
 *
 * @returns which way the datagram went, as the end of a sentence; empty without headers
 */
export function readOuterHeaders(reader: FieldReader): string {
  const { bytes } = reader;
  const headerLength = 4 * ((bytes[0] ?? 0) & 0xf);
  const isUdp = (bytes[0] ?? 0) >>> 4 === 4 && headerLength >= IPV4_HEADER && bytes[9] === UDP &&
    reader.left >= headerLength + UDP_HEADER && (getU16(bytes, 6) & FRAGMENT_MASK) === 0;
  if (!isUdp) return "";
  const at = (address: number, port: number) =>
    formatEndpoint(endpoint(ipv4Address(getU32(bytes, address)), getU16(bytes, port)));
  const way = `, from ${at(12, headerLength)} to ${at(16, headerLength + 2)}`;
  reader.read("IPv4", 1, `version 4, a header of ${headerLength} octets`);
  reader.read("traffic class", 1, octet);
  reader.read("total length", 2, number16);
  reader.read("identification", 2);
  reader.read("fragment", 2, "a whole datagram");
  reader.read("time to live", 1, octet);
  reader.read("protocol", 1, `${UDP}: UDP`);
  reader.read("header checksum", 2);
  reader.read("outer source", 4, address);
  reader.read("outer destination", 4, address);
  reader.readTo(headerLength, "IPv4 options");
  reader.read("source port", 2, number16);
  reader.read("destination port", 2, number16);
  reader.read("UDP length", 2, number16);
  reader.read("UDP checksum", 2, (of, offset) => getU16(of, offset) === 0 ? "0: none" : "");
  return way;
}

const octet: Meaning = (bytes, offset) => `${bytes[offset]}`;
const number16: Meaning = (bytes, offset) => `${getU16(bytes, offset)}`;
const address: Meaning = (bytes, offset) => formatIpv4(ipv4Address(getU32(bytes, offset)));
