/**
 * IPv4 addresses as unsigned 32-bit numbers: compared with `===`, masked with `&`, nothing to
 * allocate.
 *
 * @module
 */

declare const ipv4: unique symbol;

/** An IPv4 address: an unsigned 32-bit integer, 192.0.2.1 being 0xC0000201. */
export type Ipv4Address = number & { readonly [ipv4]: true };

/** The number as an address; bits beyond the lower 32 are cut off. */
export function ipv4Address(value: number): Ipv4Address {
  return (value >>> 0) as Ipv4Address;
}

const DOTTED_QUAD = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/**
 * Reads a dotted quad: four decimal numbers of 0 to 255 without leading zeros (which some readers
 * take for octal, RFC 6943 §3.1.1).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseIpv4 } from "./ipv4_address.ts";
 *
 * assertEquals(parseIpv4("192.0.2.1"), 0xc0000201);
 * assertEquals(parseIpv4("192.0.2.01"), undefined);
 * ```
 *
 * @returns the address, or `undefined` if the text is not one
 */
export function parseIpv4(text: string): Ipv4Address | undefined {
  const match = DOTTED_QUAD.exec(text);
  if (match === null) return undefined;
  let value = 0;
  for (const part of match.slice(1)) {
    if (part.length > 1 && part.startsWith("0")) return undefined;
    const octet = Number(part);
    if (octet > 255) return undefined;
    value = value * 256 + octet;
  }
  return ipv4Address(value);
}

/** Whether an address lies in 127.0.0.0/8. */
export function isLoopbackIpv4(address: Ipv4Address): boolean {
  return address >>> 24 === 127;
}

/** Whether an address lies in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918). */
export function isPrivateIpv4(address: Ipv4Address): boolean {
  const firstTwo = address >>> 16;
  return address >>> 24 === 10 || (firstTwo & 0xfff0) === 0xac10 || firstTwo === 0xc0a8;
}

/** The dotted quad of an address. */
export function formatIpv4(address: Ipv4Address): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}
