/**
 * The payload of a Teredo datagram, RFC 4380 §5.1.1 and RFC 6081 §4:
 *
 *     [authentication] [origin indication] IPv6-packet [trailer]*
 *
 * @module
 */

import {
  type Authentication,
  AUTHENTICATION_INDICATOR,
  authenticationLength,
  encodeAuthentication,
  parseAuthentication,
} from "./authentication.ts";
import type { Endpoint } from "./endpoint.ts";
import { IPV6_HEADER_LENGTH } from "./ipv6_header.ts";
import type { Malformed } from "./malformed.ts";
import { concatOctets, getU16, NO_OCTETS, viewOf } from "../memory/octets.ts";
import { encodeOrigin, ORIGIN_INDICATOR, ORIGIN_LENGTH, readOrigin } from "./origin_indication.ts";

/** A datagram's payload taken apart; arrays are views into the datagram. */
export interface TeredoPacket {
  readonly authentication: Authentication | undefined;
  readonly origin: Endpoint | undefined;
  /** The IPv6 packet: 40 octets of header and as many as its payload length says. */
  readonly ipv6: Uint8Array;
  /** What follows the IPv6 packet; empty in most packets. */
  readonly trailers: Uint8Array;
}

/**
 * Takes a datagram's payload apart. Never throws, never reads outside of it.
 *
 * An element that is repeated or out of order stands where the IPv6 packet should, and is refused
 * as `not_ipv6`.
 */
export function parseTeredoPacket(datagram: Uint8Array): TeredoPacket | Malformed {
  if (datagram.length < 2) return "datagram_too_short";
  let offset = 0;
  let authentication: Authentication | undefined;
  let origin: Endpoint | undefined;
  if (getU16(datagram, 0) === AUTHENTICATION_INDICATOR) {
    const element = parseAuthentication(datagram);
    if (typeof element === "string") return element;
    authentication = element;
    offset = authenticationLength(element);
  }
  if (offset + 2 <= datagram.length && getU16(datagram, offset) === ORIGIN_INDICATOR) {
    if (offset + ORIGIN_LENGTH > datagram.length) return "origin_truncated";
    origin = readOrigin(datagram, offset);
    offset += ORIGIN_LENGTH;
  }
  const rest = datagram.length - offset;
  if (rest > 0 && datagram[offset]! >>> 4 !== 6) return "not_ipv6";
  if (rest < IPV6_HEADER_LENGTH) return "ipv6_truncated";
  const length = IPV6_HEADER_LENGTH + getU16(datagram, offset + 4);
  if (length > rest) return "ipv6_payload_length";
  return {
    authentication,
    origin,
    ipv6: datagram.subarray(offset, offset + length),
    trailers: viewOf(datagram, offset + length, datagram.length),
  };
}

/** The parts of a payload to send; only the IPv6 packet must be there. */
export interface TeredoPacketParts {
  readonly authentication?: Authentication | undefined;
  readonly origin?: Endpoint | undefined;
  readonly ipv6: Uint8Array;
  readonly trailers?: Uint8Array | undefined;
}

/** Puts a payload together. */
export function encodeTeredoPacket(parts: TeredoPacketParts): Uint8Array<ArrayBuffer> {
  const { authentication, origin, ipv6, trailers } = parts;
  return concatOctets(
    authentication === undefined ? NO_OCTETS : encodeAuthentication(authentication),
    origin === undefined ? NO_OCTETS : encodeOrigin(origin),
    ipv6,
    trailers ?? NO_OCTETS,
  );
}
