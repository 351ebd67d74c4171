/**
 * An IPv4 address with a UDP port, packed into one number.
 *
 * Teredo compares such pairs for nearly every packet (the outer source against the mapping that an
 * IPv6 address carries) and keys tables by them. One number makes that `===` and allocates nothing:
 * address * 65536 + port is below 2^48 and therefore exact.
 *
 * @module
 */

import { formatIpv4, type Ipv4Address, parseIpv4 } from "./ipv4_address.ts";

declare const endpointBrand: unique symbol;

/** An IPv4 address and UDP port: address * 65536 + port. */
export type Endpoint = number & { readonly [endpointBrand]: true };

/** The largest payload of a UDP datagram over IPv4, in octets. */
export const MAX_DATAGRAM = 65_507;

/** Packs an address and a port. */
export function endpoint(address: Ipv4Address, port: number): Endpoint {
  return (address * 0x10000 + port) as Endpoint;
}

/** The IPv4 address of an endpoint. */
export function addressOf(at: Endpoint): Ipv4Address {
  return Math.floor(at / 0x10000) as Ipv4Address;
}

/** The UDP port of an endpoint. */
export function portOf(at: Endpoint): number {
  // The low bits of a number up to 2^53 survive `&`, which costs a fraction of what `%` does.
  return at & 0xffff;
}

/** The endpoint as text, "192.0.2.1:4096". */
export function formatEndpoint(at: Endpoint): string {
  return `${formatIpv4(addressOf(at))}:${portOf(at)}`;
}

/**
 * Reads "192.0.2.1:4096"; numbers are decimal and without leading zeros.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatEndpoint, parseEndpoint } from "./endpoint.ts";
 *
 * assertEquals(formatEndpoint(parseEndpoint("192.0.2.1:4096")!), "192.0.2.1:4096");
 * assertEquals(parseEndpoint("192.0.2.1:65536"), undefined);
 * ```
 *
 * @returns the endpoint, or `undefined` if the text is not one
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return undefined;
  const address = parseIpv4(text.slice(0, colon));
  const digits = text.slice(colon + 1);
  if (address === undefined || !/^(0|[1-9]\d{0,4})$/.test(digits)) return undefined;
  const port = Number(digits);
  return port > 0xffff ? undefined : endpoint(address, port);
}
