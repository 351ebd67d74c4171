/**
 * The pings of a rehearsal.
 *
 * @module
 */

import { getU16 } from "../../memory/octets.ts";
import { writeIcmpv6Checksum } from "../../wire/checksum.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { linkLocal, parseIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, IPV6_HEADER_LENGTH, SOURCE } from "../../wire/ipv6_header.ts";

/** How many pings there are in a round. The first has to wait until its destination is found. */
export const PINGS = 3;

/** As many octets as `ping` sends. */
const DATA = new Uint8Array(56);

/** The address of a native host, up to number 255. */
export function nativeHost(number: number): Uint8Array<ArrayBuffer> {
  const address = parseIpv6("2a00::")!;
  address[15] = number;
  return address;
}

/**
 * Where the bubbles of a relay come from. Ours have link-local addresses, whose words are larger
 * than those of others: V8 has other code for numbers of 31 bits.
 */
export function relayAddress(round: number): Uint8Array<ArrayBuffer> {
  return round % 2 === 0 ? linkLocal(0x8000_ffff, 0xffff_ffff) : nativeHost(255);
}

/** An echo request with this number. */
export function requestTo(
  destination: Uint8Array,
  source: Uint8Array,
  sequence: number,
): Uint8Array<ArrayBuffer> {
  const type = Icmpv6Type.ECHO_REQUEST;
  return encodeEcho({ type, source, destination, identifier: 0, sequence, data: DATA });
}

/** The answer to an echo request. */
export function replyTo(request: Uint8Array): Uint8Array {
  const reply = request.slice();
  reply.set(request.subarray(SOURCE, DESTINATION), DESTINATION);
  reply.set(request.subarray(DESTINATION, IPV6_HEADER_LENGTH), SOURCE);
  reply[IPV6_HEADER_LENGTH] = Icmpv6Type.ECHO_REPLY;
  writeIcmpv6Checksum(reply);
  return reply;
}

/** The number of an echo request or its reply. */
export function sequenceOf(echo: Uint8Array): number {
  return getU16(echo, IPV6_HEADER_LENGTH + 6);
}
