/**
 * Addresses and prefixes.
 *
 * @module
 */

import { type Ipv4Address, parseIpv4 } from "../../../wire/ipv4_address.ts";
import { formatIpv6, parseIpv6 } from "../../../wire/ipv6_address.ts";
import { type Ipv6Prefix, prefixOf } from "../../../wire/ipv6_prefix.ts";
import { type ValueKind, withoutPort } from "./value_kind.ts";

/** An IPv4 address. */
export const IPV4: ValueKind<Ipv4Address> = {
  placeholder: "ADDRESS",
  expected: "an IPv4 address such as 192.0.2.1",
  example: "203.0.113.1",
  parse: parseIpv4,
};

/** An IPv4 address of a server. */
export const SERVER_IPV4: ValueKind<Ipv4Address> = {
  ...IPV4,
  remedy: (given) =>
    withoutPort(given, IPV4, "Clients know no other port than 3544 (RFC 4380 §2.7)"),
};

/** An IPv4 address to send from, of a command that has an option for the port too. */
export const BIND_IPV4: ValueKind<Ipv4Address> = {
  ...IPV4,
  remedy: (given) => withoutPort(given, IPV4, "The port is a separate setting"),
};

/** IPv4 addresses of this host, in the order of those that clients know. */
export const BIND_IPV4S: ValueKind<readonly Ipv4Address[]> = {
  placeholder: "ADDRESS[,ADDRESS]",
  expected: "IPv4 addresses such as 10.0.0.5, separated by commas",
  notation: "list",
  example: "10.0.0.5",
  parse(given) {
    const addresses = given.split(",").map((each) => parseIpv4(each.trim()));
    return addresses.every((address) => address !== undefined) ? addresses : undefined;
  },
};

/** IPv6 prefixes, separated by commas. */
export const IPV6_PREFIXES: ValueKind<readonly Ipv6Prefix[]> = {
  placeholder: "PREFIX",
  expected: "IPv6 prefixes such as 2001:db8::/32, separated by commas",
  notation: "list",
  example: "2001:db8::/32",
  parse(given) {
    const prefixes = given.split(",").map(parsePrefix);
    return prefixes.every((prefix) => prefix !== undefined) ? prefixes : undefined;
  },
  remedy(given) {
    const inside = given.split(",").map(parseAddressIn).find((each) => each && hasHostBits(each));
    if (inside === undefined) return undefined;
    const network = formatIpv6(prefixOf(inside.address, inside.length).address);
    return allOrOne(formatIpv6(inside.address), `${network}/${inside.length}`, 128);
  },
};

/** What to do about bits after a prefix: the whole prefix may have been meant, or one address. */
export function allOrOne(address: string, prefix: string, fullLength: number): string {
  return `${address} is one address in ${prefix}: give ${prefix} for all of them, or ` +
    `${address}/${fullLength} for that one`;
}

function parsePrefix(given: string): Ipv6Prefix | undefined {
  const found = parseAddressIn(given);
  return found === undefined || hasHostBits(found) ? undefined : found;
}

/** An address and the length of its prefix. */
function parseAddressIn(given: string): Ipv6Prefix | undefined {
  const [text, digits, ...more] = given.trim().split("/");
  const address = parseIpv6(text ?? "");
  const length = /^\d{1,3}$/.test(digits ?? "") ? Number(digits) : 129;
  if (address === undefined || length > 128 || more.length > 0) return undefined;
  return { address, length };
}

function hasHostBits({ address, length }: Ipv6Prefix): boolean {
  return formatIpv6(prefixOf(address, length).address) !== formatIpv6(address);
}
