/**
 * Recognises the Router Solicitation that clients send, in place.
 *
 *     [00 01 00 00, nonce (8), confirmation (1)] | IPv6 header (40) | Router Solicitation without options (8)
 *
 * Nearly everything a busy server receives looks like this. Parsing it into objects first would
 * cost as much as the whole answer.
 *
 * @module
 */

import { AUTHENTICATION_INDICATOR, NONCE_LENGTH } from "./authentication.ts";
import { hasValidIcmpv6Checksum } from "./checksum.ts";
import { Icmpv6Type } from "./icmpv6.ts";
import { ALL_ROUTERS, isLinkLocal, isSameIpv6 } from "./ipv6_address.ts";
import { DESTINATION, IPV6_HEADER_LENGTH, NextHeader, SOURCE } from "./ipv6_header.ts";
import { ND_HOP_LIMIT, RS_LENGTH } from "./neighbor_discovery.ts";
import { getU16, getU32 } from "../memory/octets.ts";

/** The indicator and two lengths of zero: an authentication element that holds only a nonce. */
const NONCE_ELEMENT_START = AUTHENTICATION_INDICATOR << 16;

/** The offset of the nonce in such an element. */
export const PLAIN_NONCE = 4;

const NONCE_ELEMENT_LENGTH = PLAIN_NONCE + NONCE_LENGTH + 1;
const LENGTH = IPV6_HEADER_LENGTH + RS_LENGTH;

/**
 * Payload length and next header of the IPv6 packet, its hop limit, and type and code of the
 * message.
 */
const LENGTH_TO_HOP_LIMIT = RS_LENGTH << 16 | NextHeader.ICMPV6 << 8 | ND_HOP_LIMIT;
const TYPE_AND_CODE = Icmpv6Type.ROUTER_SOLICITATION << 8;

/**
 * Where the IPv6 packet of a valid solicitation of this shape begins: 0, or 13 where a nonce
 * precedes it. -1 for every other datagram, which may still be a solicitation.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { linkLocal } from "./ipv6_address.ts";
 * import { encodeRouterSolicitation } from "./neighbor_discovery.ts";
 * import { plainSolicitationAt } from "./plain_solicitation.ts";
 *
 * const solicitation = encodeRouterSolicitation(linkLocal(0xffff, 0xfffffffe));
 * assertEquals(plainSolicitationAt(solicitation), 0);
 * assertEquals(plainSolicitationAt(solicitation.subarray(1)), -1);
 * ```
 */
export function plainSolicitationAt(datagram: Uint8Array): number {
  const at = datagram.length - LENGTH;
  if (at !== 0) {
    if (at !== NONCE_ELEMENT_LENGTH || getU32(datagram, 0) !== NONCE_ELEMENT_START) return -1;
  }
  const isPlain = datagram[at]! >>> 4 === 6 && getU32(datagram, at + 4) === LENGTH_TO_HOP_LIMIT &&
    isLinkLocal(datagram, at + SOURCE) && isSameIpv6(datagram, at + DESTINATION, ALL_ROUTERS) &&
    getU16(datagram, at + IPV6_HEADER_LENGTH) === TYPE_AND_CODE &&
    hasValidIcmpv6Checksum(datagram, at);
  return isPlain ? at : -1;
}
