/**
 * The origin indication, RFC 4380 §5.1.1: where a server says a packet came from.
 *
 *     0  00 00      2  port, complemented (2)      4  IPv4, complemented (4)
 *
 * @module
 */

import { addressOf, type Endpoint, endpoint, portOf } from "./endpoint.ts";
import { ipv4Address } from "./ipv4_address.ts";
import { getU16, getU32, setU16, setU32 } from "../memory/octets.ts";

/** The two octets that an origin indication starts with. */
export const ORIGIN_INDICATOR = 0x0000;

/** Length of an origin indication in octets. */
export const ORIGIN_LENGTH = 8;

/** The endpoint of the origin indication at `offset`; the caller has checked that it fits. */
export function readOrigin(bytes: Uint8Array, offset: number): Endpoint {
  return endpoint(ipv4Address(~getU32(bytes, offset + 4)), ~getU16(bytes, offset + 2) & 0xffff);
}

/** Writes the eight octets of an origin indication at `offset`. */
export function writeOrigin(target: Uint8Array, offset: number, origin: Endpoint): void {
  setU16(target, offset, ORIGIN_INDICATOR);
  setU16(target, offset + 2, ~portOf(origin));
  setU32(target, offset + 4, ~addressOf(origin));
}

/**
 * An origin indication.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseEndpoint } from "./endpoint.ts";
 * import { encodeOrigin } from "./origin_indication.ts";
 *
 * assertEquals(encodeOrigin(parseEndpoint("1.2.3.4:337")!).toHex(), "0000feaefefdfcfb");
 * ```
 */
export function encodeOrigin(origin: Endpoint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(ORIGIN_LENGTH);
  writeOrigin(bytes, 0, origin);
  return bytes;
}
