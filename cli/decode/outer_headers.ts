/**
 * The headers around a payload, if they were copied along: those of IPv4 and UDP, which tcpdump -x
 * shows, and before them that of the link, which tcpdump -xx and Wireshark show.
 *
 * @module
 */

import { endpoint, formatEndpoint } from "../../wire/endpoint.ts";
import { formatIpv4, ipv4Address } from "../../wire/ipv4_address.ts";
import { getU16, getU32 } from "../../memory/octets.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import type { FieldReader, Meaning } from "./field.ts";

/** Octets of an IPv4 header without options, and of a UDP header. */
const IPV4_HEADER = 20;
const UDP_HEADER = 8;

const UDP = 17;

/** "More fragments follow", and where a fragment belongs. */
const FRAGMENT_MASK = 0x3fff;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_VLAN = 0x8100;

/** Headers of links: their length, and the offset of the type of what follows. */
const LINKS = [
  { name: "Ethernet header", length: 14, type: 12 },
  { name: "Linux cooked header", length: 16, type: 14 },
  { name: "Linux cooked header 2", length: 20, type: 0 },
] as const;

/** Octets of a VLAN tag, which stands before the type in an Ethernet header. */
const VLAN_TAG = 4;

/** What the headers say. */
interface OuterHeaders {
  /** Which way the datagram went, as the end of a sentence; empty without headers. */
  readonly way: string;
  /** Where the payload ends: what follows fills the link's shortest frame. */
  readonly end: number;
}

/**
 * Reads the headers if they are there. No Teredo payload begins like that of IPv4 (RFC 4380
 * §5.1.1).
 */
export function readOuterHeaders(reader: FieldReader): OuterHeaders {
  const { bytes } = reader;
  readLinkHeader(reader);
  const start = reader.offset;
  if (!isUdpDatagram(bytes, start)) return { way: "", end: bytes.length };
  const headerLength = headerLengthAt(bytes, start);
  const udp = start + headerLength;
  const at = (address: number, port: number) =>
    formatEndpoint(endpoint(ipv4Address(getU32(bytes, address)), getU16(bytes, port)));
  const way = `, from ${at(start + 12, udp)} to ${at(start + 16, udp + 2)}`;
  const length = getU16(bytes, udp + 4);
  readIpv4(reader, headerLength);
  readUdp(reader);
  return { way, end: length < UDP_HEADER ? bytes.length : Math.min(bytes.length, udp + length) };
}

/** The header of a link is known by the IPv4 header behind it. */
function readLinkHeader(reader: FieldReader): void {
  const { bytes } = reader;
  if (isUdpDatagram(bytes, 0) || typeof parseTeredoPacket(bytes) !== "string") return;
  for (const { name, length, type } of LINKS) {
    const isTagged = length < bytes.length && getU16(bytes, type) === ETHERTYPE_VLAN;
    const tag = isTagged && type === 12 ? VLAN_TAG : 0;
    if (!isUdpDatagram(bytes, length + tag)) continue;
    if (getU16(bytes, type + tag) === ETHERTYPE_IPV4) return void reader.read(name, length + tag);
  }
}

function headerLengthAt(bytes: Uint8Array, start: number): number {
  return 4 * ((bytes[start] ?? 0) & 0xf);
}

/** Whether a whole UDP datagram over IPv4 begins at `start`; of a fragment, nothing can be told. */
function isUdpDatagram(bytes: Uint8Array, start: number): boolean {
  const headerLength = headerLengthAt(bytes, start);
  return (bytes[start] ?? 0) >>> 4 === 4 && headerLength >= IPV4_HEADER &&
    bytes[start + 9] === UDP && bytes.length >= start + headerLength + UDP_HEADER &&
    (getU16(bytes, start + 6) & FRAGMENT_MASK) === 0;
}

function readIpv4(reader: FieldReader, headerLength: number): void {
  const end = reader.offset + headerLength;
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
  reader.readTo(end, "IPv4 options");
}

function readUdp(reader: FieldReader): void {
  reader.read("source port", 2, number16);
  reader.read("destination port", 2, number16);
  reader.read("UDP length", 2, number16);
  reader.read("UDP checksum", 2, (of, offset) => getU16(of, offset) === 0 ? "0: none" : "");
}

const octet: Meaning = (bytes, offset) => `${bytes[offset]}`;
const number16: Meaning = (bytes, offset) => `${getU16(bytes, offset)}`;
const address: Meaning = (bytes, offset) => formatIpv4(ipv4Address(getU32(bytes, offset)));
