/**
 * Teredo IPv6 addresses, RFC 4380 §4 with the flags of RFC 5991 §3.1.
 *
 *     0  prefix 2001:0000 (4)       4  server IPv4, plain (4)
 *     8  flags C z RRRR U G | R8 (2)
 *    10  mapped port, complemented (2)      12  mapped IPv4, complemented (4)
 *
 * Octets 8-15 also make the interface identifier of the link-local addresses of §5.2.1 and §5.3.2.
 *
 * @module
 */

import { addressOf, type Endpoint, endpoint, portOf } from "./endpoint.ts";
import { type Ipv4Address, ipv4Address } from "./ipv4_address.ts";
import { IPV6_ADDRESS_LENGTH, isGlobalScope, linkLocal } from "./ipv6_address.ts";
import { getU16, getU32, setU16, setU32 } from "../memory/octets.ts";

/** The Teredo prefix 2001::/32 as its 32 bits. */
export const TEREDO_PREFIX = 0x20010000;

/** The prefix of the time before the RFC, 3ffe:831f::/32: never generated, never accepted. */
export const HISTORICAL_PREFIX = 0x3ffe831f;

/** Flags: the sender is behind a cone NAT. Set in no new address (RFC 5991 §3.2). */
export const CONE_FLAG = 0x8000;

/** Flags: the twelve bits that are drawn at random (RFC 5991 §3.1). */
export const RANDOM_FLAGS = 0x3cff;

const SERVER = 4;
const FLAGS = 8;
const PORT = 10;
const CLIENT = 12;

/** What a Teredo address says. */
export interface TeredoAddress {
  /** The primary IPv4 address of the client's server. */
  readonly server: Ipv4Address;
  /** The 16 flag bits. */
  readonly flags: number;
  /** The client's mapped IPv4 address and UDP port. */
  readonly mapping: Endpoint;
}

/** Whether the address at `offset` lies in 2001::/32. */
export function isTeredo(bytes: Uint8Array, offset = 0): boolean {
  return getU32(bytes, offset) === TEREDO_PREFIX;
}

/** Whether an address has global scope, and is not a Teredo address. */
export function isNative(address: Uint8Array): boolean {
  return isGlobalScope(address) && !isTeredo(address);
}

/** Whether the address at `offset` lies in 3ffe:831f::/32. */
export function isHistoricalTeredo(bytes: Uint8Array, offset = 0): boolean {
  return getU32(bytes, offset) === HISTORICAL_PREFIX;
}

/** The server that the address at `offset` names. */
export function serverOf(bytes: Uint8Array, offset = 0): Ipv4Address {
  return ipv4Address(getU32(bytes, offset + SERVER));
}

/** The flags of the address at `offset`. */
export function flagsOf(bytes: Uint8Array, offset = 0): number {
  return getU16(bytes, offset + FLAGS);
}

/** The mapped IPv4 address and port of the address at `offset`. */
export function mappingOf(bytes: Uint8Array, offset = 0): Endpoint {
  return endpoint(
    ipv4Address(~getU32(bytes, offset + CLIENT)),
    ~getU16(bytes, offset + PORT) & 0xffff,
  );
}

/** Whether the cone bit of the address or link-local address at `offset` is set. */
export function isCone(bytes: Uint8Array, offset = 0): boolean {
  return (flagsOf(bytes, offset) & CONE_FLAG) !== 0;
}

/**
 * Takes a Teredo address apart.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatEndpoint } from "./endpoint.ts";
 * import { formatIpv4 } from "./ipv4_address.ts";
 * import { parseIpv6 } from "./ipv6_address.ts";
 * import { decodeTeredoAddress } from "./teredo_address.ts";
 *
 * const address = decodeTeredoAddress(parseIpv6("2001:0:cb00:7178:0:efff:3fff:fdfe")!)!;
 * assertEquals(formatIpv4(address.server), "203.0.113.120");
 * assertEquals(formatEndpoint(address.mapping), "192.0.2.1:4096");
 * ```
 *
 * @returns the parts, or `undefined` where the address is not of 2001::/32
 */
export function decodeTeredoAddress(bytes: Uint8Array, offset = 0): TeredoAddress | undefined {
  if (!isTeredo(bytes, offset)) return undefined;
  return {
    server: serverOf(bytes, offset),
    flags: flagsOf(bytes, offset),
    mapping: mappingOf(bytes, offset),
  };
}

/** Puts a Teredo address together; 16 octets. */
export function encodeTeredoAddress(address: TeredoAddress): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(IPV6_ADDRESS_LENGTH);
  setU32(bytes, 0, TEREDO_PREFIX);
  setU32(bytes, SERVER, address.server);
  writeIdentifier(bytes, address.flags, address.mapping);
  return bytes;
}

/** The link-local address with an identifier of the same shape (RFC 4380 §5.2.1, §5.3.2). */
export function encodeTeredoLinkLocal(flags: number, mapping: Endpoint): Uint8Array<ArrayBuffer> {
  const bytes = linkLocal(0, 0);
  writeIdentifier(bytes, flags, mapping);
  return bytes;
}

function writeIdentifier(bytes: Uint8Array, flags: number, mapping: Endpoint): void {
  setU16(bytes, FLAGS, flags);
  setU16(bytes, PORT, ~portOf(mapping));
  setU32(bytes, CLIENT, ~addressOf(mapping));
}

/** The client prefix of a server, 2001:0:SERVER::/64; 16 octets of which the last eight are 0. */
export function teredoPrefix(server: Ipv4Address): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(IPV6_ADDRESS_LENGTH);
  setU32(bytes, 0, TEREDO_PREFIX);
  setU32(bytes, SERVER, server);
  return bytes;
}
