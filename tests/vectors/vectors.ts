/**
 * The test vectors and captured packets of this directory, typed.
 *
 * Every look-up returns fresh arrays, so that a test may alter what it got.
 *
 * @module
 */

import { type Endpoint, parseEndpoint } from "../../wire/endpoint.ts";
import { type Ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";
import addressRows from "./addresses.json" with { type: "json" };
import captureRows from "./captures.json" with { type: "json" };
import negativeRows from "./negative.json" with { type: "json" };
import packetRows from "./packets.json" with { type: "json" };
import sizeRows from "./sizes.json" with { type: "json" };

/** The octets that a string of hexadecimal digits writes. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(digits);
}

/** The endpoint of a text that must be one: "192.0.2.1:4096". */
export function at(text: string): Endpoint {
  return must(parseEndpoint(text), text);
}

/** The IPv4 address of a text that must be one. */
export function ip4(text: string): Ipv4Address {
  return must(parseIpv4(text), text);
}

/** The IPv6 address of a text that must be one; 16 octets. */
export function ip6(text: string): Uint8Array<ArrayBuffer> {
  return must(parseIpv6(text), text);
}

function must<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new TypeError(`Cannot read ${JSON.stringify(text)}`);
  return value;
}

/** The actors of the vectors. */
export const ACTORS = {
  /** Server S1 and its secondary address. */
  s1: ip4("203.0.113.120"),
  s1Secondary: ip4("203.0.113.121"),
  /** Server S2. */
  s2: ip4("198.51.100.118"),
  /** Clients A (of S1) and B (of S2): their mapped endpoints and Teredo addresses. */
  a: at("192.0.2.1:4096"),
  b: at("192.0.2.10:8192"),
  addressOfA: ip6("2001:0:cb00:7178:385c:efff:3fff:fdfe"),
  addressOfB: ip6("2001:0:c633:6476:1ca7:dfff:3fff:fdf5"),
  /** A relay and its IPv6 address. */
  relay: at("198.51.100.200:3545"),
  addressOfRelay: ip6("2001:db8:cafe::1"),
  /** A native IPv6 host. */
  host: ip6("2001:db8:1::68"),
  /** The nonce of the authentication elements. */
  nonce: hex("a1b2c3d4e5f60718"),
  /** The nonce of the Nonce trailers. */
  trailerNonce: 0x1badcafe,
  /** Client identifier and shared secret of secure qualification. */
  identifier: new TextEncoder().encode("client-a"),
  secret: new TextEncoder().encode("teredo-test-secret-0123456789"),
} as const;

/** An address A1 to A11. */
interface AddressVector {
  readonly name: string;
  readonly purpose: string;
  readonly octets: Uint8Array<ArrayBuffer>;
  /** The text of RFC 5952. */
  readonly text: string;
  /** Eight groups of four digits. */
  readonly exploded: string;
  /** The first 32 bits. */
  readonly prefix: number;
  readonly server: Ipv4Address;
  readonly flags: number;
  readonly mapping: Endpoint;
}

/** The addresses A1 to A11. */
export const addresses: readonly AddressVector[] = addressRows.map((row) => ({
  name: row.name,
  purpose: row.purpose,
  octets: hex(row.octets),
  text: row.text,
  exploded: row.exploded,
  prefix: parseInt(row.prefix, 16),
  server: ip4(row.server),
  flags: parseInt(row.flags, 16),
  mapping: at(row.mapping),
}));

/** One field of a packet, as an independent decoder saw it. */
interface Field {
  readonly offset: number;
  readonly name: string;
  readonly octets: Uint8Array<ArrayBuffer>;
}

/** A packet V1 to V23. */
export interface PacketVector {
  readonly name: string;
  readonly purpose: string;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly fields: readonly Field[];
  /** What the receiver is expected to do, in words. */
  readonly expect: string;
  /** What the authentication value of V6 and V7 was computed from. */
  readonly hmac?: {
    readonly secret: Uint8Array;
    readonly input: Uint8Array;
    readonly value: Uint8Array;
  };
}

/** The packets V1 to V23. */
export const vectors: readonly PacketVector[] = packetRows.map((row) => ({
  name: row.name,
  purpose: row.purpose,
  source: at(row.source),
  destination: at(row.destination),
  payload: hex(row.payload),
  fields: row.fields.map(readField),
  expect: row.expect,
  ...(row.hmac === undefined ? {} : {
    hmac: {
      secret: new TextEncoder().encode(row.hmac.secret),
      input: hex(row.hmac.input),
      value: hex(row.hmac.value),
    },
  }),
}));

/** Reads "12+8 auth.nonce=a1b2c3d4e5f60718 (a comment)". */
function readField(text: string): Field {
  const [, offset, length, name, digits] = must(
    /^(\d+)\+(\d+) ([^=]+)=([0-9a-f]+)/.exec(text) ?? undefined,
    text,
  );
  const octets = hex(digits!);
  if (octets.length !== Number(length)) throw new TypeError(`Cannot read ${JSON.stringify(text)}`);
  return { offset: Number(offset), name: name!, octets };
}

/** A hostile or boundary input N1 to N30. */
interface NegativeVector {
  readonly name: string;
  /** Who receives it: any, client, server, server S1, server S2, client B. */
  readonly receiver: string;
  /** The outer source, where it matters. */
  readonly source?: Endpoint;
  readonly payload: Uint8Array<ArrayBuffer>;
  /** What the receiver must do, in words. */
  readonly expect: string;
}

/** The inputs N1 to N30. */
export const negatives: readonly NegativeVector[] = negativeRows.map((row) => ({
  name: row.name,
  receiver: row.receiver,
  payload: hex(row.payload),
  expect: row.expect,
  ...(row.source === undefined ? {} : { source: at(row.source) }),
}));

/** A captured payload. */
interface Capture {
  /** The capture file and frame number. */
  readonly name: string;
  /**
   * `real`: Windows and Microsoft's servers; `handmade`: for a test suite; `negative`: no Teredo.
   */
  readonly class: string;
  /** What it is, in words. */
  readonly kind: string;
  /** The outer addresses; `undefined` where they are of IPv6. */
  readonly source: Endpoint | undefined;
  readonly destination: Endpoint | undefined;
  readonly payload: Uint8Array<ArrayBuffer>;
  /** What an independent decoder read; a missing field was not there. */
  readonly authentication?: {
    readonly identifierLength: number;
    readonly valueLength: number;
    readonly nonce: string;
    readonly confirmation: number;
  };
  readonly origin?: Endpoint;
  readonly ipv6?: {
    readonly source: string;
    readonly destination: string;
    readonly hopLimit: number;
    readonly payloadLength: number;
    readonly nextHeader: number;
  };
  /** Whether the checksum of the upper layer was found right. */
  readonly hasValidChecksum: boolean;
  /** What follows the IPv6 packet. */
  readonly trailers: Uint8Array<ArrayBuffer>;
  /** Why it is not Teredo, in words. */
  readonly error?: string;
}

/** The captured payloads. */
export const captures: readonly Capture[] = captureRows.map((row) => ({
  name: row.name,
  class: row.class,
  kind: row.kind,
  source: parseEndpoint(row.source),
  destination: parseEndpoint(row.destination),
  payload: hex(row.payload),
  hasValidChecksum: row.checksum === "valid",
  trailers: hex(row.trailers ?? ""),
  ...(row.authentication === undefined ? {} : { authentication: row.authentication }),
  ...(row.origin === undefined ? {} : { origin: at(row.origin) }),
  ...(row.ipv6 === undefined ? {} : { ipv6: row.ipv6 }),
  ...(row.error === undefined ? {} : { error: row.error }),
}));

/** What an exchange weighs: octets in and out, UDP payloads and whole IPv4 packets. */
interface ExchangeSize {
  readonly case: string;
  readonly udpIn: number;
  readonly udpOut: number;
  readonly udpRatio: number;
  readonly ipIn: number;
  readonly ipOut: number;
  readonly ipRatio: number;
}

/** The amplification of a server's answers. */
export const sizes: readonly ExchangeSize[] = sizeRows;

/** The address `name`, "A1" to "A11". */
export function address(name: string): AddressVector {
  const found = byName(addresses, name);
  return { ...found, octets: found.octets.slice() };
}

/** The packet `name`, "V1" to "V23". */
export function vector(name: string): PacketVector {
  const found = byName(vectors, name);
  return { ...found, payload: found.payload.slice() };
}

/** The input `name`, "N1" to "N30". */
export function negative(name: string): NegativeVector {
  const found = byName(negatives, name);
  return { ...found, payload: found.payload.slice() };
}

/** The captured payload `name`, such as "zeek-Teredo#7". */
export function capture(name: string): Capture {
  const found = byName(captures, name);
  return { ...found, payload: found.payload.slice() };
}

function byName<T extends { readonly name: string }>(rows: readonly T[], name: string): T {
  return must(rows.find((row) => row.name === name), name);
}
