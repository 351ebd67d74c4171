/**
 * IPv6 addresses: 16 octets in place, their text (RFC 5952) and the scope tests that Teredo needs.
 *
 * Every test takes the array and an offset, so that a packet's addresses are looked at where they
 * stand.
 *
 * @module
 */

import { formatIpv4, ipv4Address, parseIpv4 } from "./ipv4_address.ts";
import { equalOctets, getU16, getU32, setU16, setU32 } from "../memory/octets.ts";

/** Length of an IPv6 address in octets. */
export const IPV6_ADDRESS_LENGTH = 16;

/**
 * Reads the text forms of RFC 4291 §2.2, without a zone index or prefix length.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatIpv6, parseIpv6 } from "./ipv6_address.ts";
 *
 * assertEquals(formatIpv6(parseIpv6("2001:0DB8:0:0:1::1")!), "2001:db8::1:0:0:1");
 * assertEquals(parseIpv6("2001::db8::1"), undefined);
 * ```
 *
 * @returns 16 octets, or `undefined` if the text is not an IPv6 address
 */
export function parseIpv6(text: string): Uint8Array<ArrayBuffer> | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const given = head.length + tail.length;
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined;
  const bytes = new Uint8Array(IPV6_ADDRESS_LENGTH);
  head.forEach((group, i) => setU16(bytes, 2 * i, group));
  tail.forEach((group, i) => setU16(bytes, 16 - 2 * (tail.length - i), group));
  return bytes;
}

/** The 16-bit groups of a colon-separated run; only the last may be a dotted quad. */
function parseGroups(run: string, atEnd: boolean): number[] | undefined {
  if (run === "") return [];
  const groups: number[] = [];
  const parts = run.split(":");
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(parseInt(part, 16));
      continue;
    }
    const quad = atEnd && i === parts.length - 1 ? parseIpv4(part) : undefined;
    if (quad === undefined) return undefined;
    groups.push(quad >>> 16, quad & 0xffff);
  }
  return groups;
}

/**
 * The canonical text of RFC 5952: lower case, no leading zeros, the longest run of two or more zero
 * groups (the first of equals) as "::", and an IPv4-mapped address as "::ffff:192.0.2.1" (§5).
 */
export function formatIpv6(bytes: Uint8Array, offset = 0): string {
  if (isIpv4Mapped(bytes, offset)) {
    return `::ffff:${formatIpv4(ipv4Address(getU32(bytes, offset + 12)))}`;
  }
  const groups = Array.from({ length: 8 }, (_, i) => getU16(bytes, offset + 2 * i));
  let start = 0;
  let length = 0;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) [start, length] = [i, end - i];
    i = Math.max(i, end - 1);
  }
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

/** ::ffff:0:0/96. */
function isIpv4Mapped(bytes: Uint8Array, offset: number): boolean {
  return getU32(bytes, offset) === 0 && getU32(bytes, offset + 4) === 0 &&
    getU32(bytes, offset + 8) === 0xffff;
}

/** Whether the address equals `address`, 16 octets. */
export function isSameIpv6(bytes: Uint8Array, offset: number, address: Uint8Array): boolean {
  // Addresses of one network differ at their ends.
  const last = IPV6_ADDRESS_LENGTH - 1;
  return bytes[offset + last] === address[last] && equalOctets(bytes, offset, address, 0, last);
}

/** ff00::/8. */
export function isMulticast(bytes: Uint8Array, offset = 0): boolean {
  return bytes[offset] === 0xff;
}

/** fe80::/10. */
export function isLinkLocal(bytes: Uint8Array, offset = 0): boolean {
  return bytes[offset] === 0xfe && (bytes[offset + 1]! & 0xc0) === 0x80;
}

/** ::/128. */
export function isUnspecified(bytes: Uint8Array, offset = 0): boolean {
  return upperWordsAreZero(bytes, offset) && getU32(bytes, offset + 12) === 0;
}

/** ::1/128. */
export function isLoopback(bytes: Uint8Array, offset = 0): boolean {
  return upperWordsAreZero(bytes, offset) && getU32(bytes, offset + 12) === 1;
}

function upperWordsAreZero(bytes: Uint8Array, offset: number): boolean {
  return getU32(bytes, offset) === 0 && getU32(bytes, offset + 4) === 0 &&
    getU32(bytes, offset + 8) === 0;
}

/**
 * Whether the address has global scope: neither multicast, link-local, site-local (fec0::/10),
 * unique local (fc00::/7), nor anything of ::/8 (unspecified, loopback, IPv4-mapped, -compatible).
 *
 * RFC 4380 §5.3.1 lets a server forward only to such destinations.
 */
export function isGlobalScope(bytes: Uint8Array, offset = 0): boolean {
  const first = bytes[offset]!;
  if (first === 0x00 || first === 0xff) return false;
  if ((first & 0xfe) === 0xfc) return false;
  return !(first === 0xfe && (bytes[offset + 1]! & 0x80) !== 0);
}

/** The address of fe80::/64 whose interface identifier is the 32-bit words `high` and `low`. */
export function linkLocal(high: number, low: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(IPV6_ADDRESS_LENGTH);
  setU16(bytes, 0, 0xfe80);
  setU32(bytes, 8, high);
  setU32(bytes, 12, low);
  return bytes;
}

/** ff02::1, all nodes on the link: the destination of a local discovery bubble. */
export const ALL_NODES: Readonly<Uint8Array<ArrayBuffer>> = linkMulticast(1);

/** ff02::2, all routers on the link: the destination of a Router Solicitation. */
export const ALL_ROUTERS: Readonly<Uint8Array<ArrayBuffer>> = linkMulticast(2);

function linkMulticast(group: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(IPV6_ADDRESS_LENGTH);
  setU16(bytes, 0, 0xff02);
  bytes[15] = group;
  return bytes;
}
