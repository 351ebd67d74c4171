/**
 * The trailers of RFC 6081 §4: type, length and value behind the IPv6 packet.
 *
 * The IANA table of RFC 6081 §9 prints 0x02 for Random Port; its §4.5 and real Windows packets say
 * 0x05, so that is what is sent and understood.
 *
 * @module
 */

import { addressOf, type Endpoint, endpoint, portOf } from "./endpoint.ts";
import { ipv4Address } from "./ipv4_address.ts";
import type { Malformed } from "./malformed.ts";
import { concatOctets, getU16, getU32, setU16, setU32 } from "../memory/octets.ts";

/** Trailer types. */
export const TrailerType = {
  NONCE: 0x01,
  ALTERNATE_ADDRESS: 0x03,
  NEIGHBOR_DISCOVERY: 0x04,
  RANDOM_PORT: 0x05,
} as const;

/** The DiscoveryType of a Neighbor Discovery Option trailer. */
export type DiscoveryType = "solicitation" | "advertisement";

/** The trailers of one packet; what is absent is `undefined`. */
export interface Trailers {
  /** The four octets of a Nonce trailer as a 32-bit number. */
  readonly nonce?: number | undefined;
  /** One to four endpoints of an Alternate Address trailer. */
  readonly alternateAddresses?: readonly Endpoint[] | undefined;
  /** The DiscoveryType of a Neighbor Discovery Option trailer. */
  readonly neighborDiscovery?: DiscoveryType | undefined;
  /** The UDP port of a Random Port trailer. */
  readonly randomPort?: number | undefined;
}

const HEADER_LENGTH = 2;
const ALTERNATE_HEADER = 2;
const ALTERNATE_ENTRY = 6;
const MAX_ALTERNATES = 4;

/** The top two bits of an unknown type: 01 asks to discard the packet. */
const DISCARD_MASK = 0xc0;
const DISCARD = 0x40;

/**
 * Reads trailers in order. The first malformed one ends it, and those before it stand (§5.1.2).
 * A known type of a wrong length is ignored, save for Alternate Address, which spoils the packet
 * (§5.6.4.2).
 */
export function parseTrailers(bytes: Uint8Array): Trailers | Malformed {
  const trailers: { -readonly [Name in keyof Trailers]: Trailers[Name] } = {};
  let offset = 0;
  while (offset + HEADER_LENGTH <= bytes.length) {
    const type = bytes[offset]!;
    const length = bytes[offset + 1]!;
    const value = offset + HEADER_LENGTH;
    offset = value + length;
    if (offset > bytes.length) break;
    switch (type) {
      case TrailerType.NONCE:
        if (length === 4) trailers.nonce = getU32(bytes, value);
        break;
      case TrailerType.ALTERNATE_ADDRESS: {
        const list = readAlternateAddresses(bytes, value, length);
        if (list === undefined) return "alternate_address";
        trailers.alternateAddresses = list;
        break;
      }
      case TrailerType.NEIGHBOR_DISCOVERY:
        if (length === 4 && bytes[value]! <= 1) {
          trailers.neighborDiscovery = bytes[value] === 0 ? "solicitation" : "advertisement";
        }
        break;
      case TrailerType.RANDOM_PORT:
        if (length === 2) trailers.randomPort = getU16(bytes, value);
        break;
      default:
        if ((type & DISCARD_MASK) === DISCARD) return "trailer_discard";
    }
  }
  return trailers;
}

/** Plain, not complemented: captures of Windows show it so. */
function readAlternateAddresses(
  bytes: Uint8Array,
  value: number,
  length: number,
): Endpoint[] | undefined {
  const count = (length - ALTERNATE_HEADER) / ALTERNATE_ENTRY;
  if (!Number.isInteger(count) || count < 1 || count > MAX_ALTERNATES) return undefined;
  const list: Endpoint[] = [];
  for (let i = 0; i < count; i++) {
    const entry = value + ALTERNATE_HEADER + i * ALTERNATE_ENTRY;
    const address = ipv4Address(getU32(bytes, entry));
    const port = getU16(bytes, entry + 4);
    if (port === 0 || !isUnicast(address)) return undefined;
    list.push(endpoint(address, port));
  }
  return list;
}

/** Neither 0/8, 127/8, multicast nor broadcast; private addresses are what the trailer is for. */
function isUnicast(address: number): boolean {
  const first = address >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}

/**
 * The octets of trailers, in the order in which Windows sends them.
 *
 * @throws {RangeError} with more than four alternate addresses
 */
export function encodeTrailers(trailers: Trailers): Uint8Array<ArrayBuffer> {
  const { nonce, alternateAddresses, neighborDiscovery, randomPort } = trailers;
  const parts: Uint8Array[] = [];
  if (nonce !== undefined) {
    const value = new Uint8Array(4);
    setU32(value, 0, nonce);
    parts.push(encodeTrailer(TrailerType.NONCE, value));
  }
  if (alternateAddresses !== undefined) {
    parts.push(encodeTrailer(TrailerType.ALTERNATE_ADDRESS, alternateValue(alternateAddresses)));
  }
  if (neighborDiscovery !== undefined) {
    const value = Uint8Array.of(neighborDiscovery === "solicitation" ? 0 : 1, 0, 0, 0);
    parts.push(encodeTrailer(TrailerType.NEIGHBOR_DISCOVERY, value));
  }
  if (randomPort !== undefined) {
    const value = new Uint8Array(2);
    setU16(value, 0, randomPort);
    parts.push(encodeTrailer(TrailerType.RANDOM_PORT, value));
  }
  return concatOctets(...parts);
}

/** An IPv6 packet with trailers behind it; without any, the packet itself. */
export function withTrailers(
  ipv6: Uint8Array<ArrayBuffer>,
  trailers: Trailers,
): Uint8Array<ArrayBuffer> {
  const encoded = encodeTrailers(trailers);
  return encoded.length === 0 ? ipv6 : concatOctets(ipv6, encoded);
}

function encodeTrailer(type: number, value: Uint8Array): Uint8Array {
  return concatOctets(Uint8Array.of(type, value.length), value);
}

function alternateValue(list: readonly Endpoint[]): Uint8Array {
  if (list.length < 1 || list.length > MAX_ALTERNATES) {
    throw new RangeError(`Cannot encode ${list.length} alternate addresses: it takes one to four`);
  }
  const value = new Uint8Array(ALTERNATE_HEADER + list.length * ALTERNATE_ENTRY);
  list.forEach((at, i) => {
    const entry = ALTERNATE_HEADER + i * ALTERNATE_ENTRY;
    setU32(value, entry, addressOf(at));
    setU16(value, entry + 4, portOf(at));
  });
  return value;
}
