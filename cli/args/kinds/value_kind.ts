/**
 * Kinds of values that options and arguments take.
 *
 * @module
 */

import { type Ipv4Address, parseIpv4 } from "../../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { type Ipv6Prefix, prefixOf } from "../../../wire/ipv6_prefix.ts";
import { OCTETS_EXPECTED, parseOctets } from "./secret_notation.ts";

/** What a shell offers in a value's place: some words, or names of files. */
export type Suggestions = readonly string[] | "files";

/** How a value stands in YAML: as text, as a number or a word, as a list of texts. */
export type Notation = "text" | "number" | "list";

/** A kind of value. */
export interface ValueKind<T> {
  /** Stands for the value in the help: `ADDRESS`. */
  readonly placeholder: string;
  /** What is expected, to be read after "needs". */
  readonly expected: string;
  /** What shells offer, where that can be listed. */
  readonly suggestions?: Suggestions;
  /** How it stands in a configuration file; unless given, as text. */
  readonly notation?: Notation;
  /** A value to learn from, for where there is no default. */
  readonly example?: string;
  /** Reads a value; `undefined` where the text is none. */
  parse(text: string): T | undefined;
  /** What to do about a text that is none, where it is plain what was meant. */
  remedy?(text: string): string | undefined;
}

/** Any text but the empty one. */
export function text(placeholder: string, expected: string): ValueKind<string> {
  return { placeholder, expected, parse: (given) => given === "" ? undefined : given };
}

/** The name of a file. */
export const FILE: ValueKind<string> = {
  ...text("FILE", "the name of a file"),
  example: "/path/to/file",
  suggestions: "files",
};

/** One of a few words. */
export function oneOf<T extends string>(placeholder: string, words: readonly T[]): ValueKind<T> {
  return {
    placeholder,
    expected: `one of ${words.join(", ")}`,
    suggestions: words,
    parse: (given) => words.find((word) => word === given),
  };
}

/** Octets that the kernel has room for. */
const LONGEST_INTERFACE_NAME = 15;

/** The name of an interface to make. Of "ter%d" the kernel would make "ter0", which nobody asked for. */
export const INTERFACE: ValueKind<string> = {
  placeholder: "NAME",
  expected: `a name of ${LONGEST_INTERFACE_NAME} octets at most, ` +
    'without spaces, "/", ":" and "%", for the interface',
  example: "teredo",
  parse(given) {
    const isPlain = /^[^\s/:%]+$/.test(given) && given !== "." && given !== "..";
    const { length } = new TextEncoder().encode(given);
    return isPlain && length <= LONGEST_INTERFACE_NAME ? given : undefined;
  },
};

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

/** An IPv4 address to send from, beside which stands an option for the port. */
export const BIND_IPV4: ValueKind<Ipv4Address> = {
  ...IPV4,
  remedy: (given) => withoutPort(given, IPV4, "The port is a setting of its own"),
};

/** A UDP port. */
export const PORT: ValueKind<number> = {
  placeholder: "PORT",
  expected: "a port number from 1 to 65535",
  notation: "number",
  example: "40000",
  parse(given) {
    const port = /^\d{1,5}$/.test(given) ? Number(given) : 0;
    return port >= 1 && port <= 65_535 ? port : undefined;
  },
};

/** The shortest and the longest refresh interval, in seconds. */
const REFRESH_INTERVALS = { shortest: 5, longest: 3600 } as const;

/** A refresh interval in seconds; the value is in milliseconds. */
export const REFRESH_SECONDS: ValueKind<number> = {
  placeholder: "SECONDS",
  expected:
    `a number of seconds from ${REFRESH_INTERVALS.shortest} to ${REFRESH_INTERVALS.longest}`,
  notation: "number",
  example: "30",
  parse(given) {
    const { shortest, longest } = REFRESH_INTERVALS;
    const seconds = /^\d{1,4}$/.test(given) ? Number(given) : 0;
    return seconds >= shortest && seconds <= longest ? seconds * 1000 : undefined;
  },
};

/** A last label that is a number, as no name of a host has it: resolvers take "1.2.3" for 1.2.0.3. */
const ENDS_IN_NUMBER = /(^|\.)(\d+|0x[\da-f]*)\.?$/i;

/** A label of a name; underscores are in use although RFC 1123 §2.1 has none. */
const LABEL = /^\w(?:[\w-]{0,61}\w)?$/;

/** A name or IPv4 address of a host. */
export const HOST: ValueKind<string> = {
  placeholder: "HOST",
  expected: "a host name or IPv4 address",
  example: "teredo.example",
  parse(given) {
    const labels = given.replace(/\.$/, "").split(".");
    if (given.length > 253 || !labels.every((label) => LABEL.test(label))) return undefined;
    return ENDS_IN_NUMBER.test(given) && parseIpv4(given) === undefined ? undefined : given;
  },
  remedy: (given) => withoutPort(given, HOST, "A server's port is always 3544 (RFC 4380 §2.7)"),
};

/** Names or IPv4 addresses of hosts, separated by commas. */
export const HOSTS: ValueKind<readonly string[]> = {
  placeholder: "HOST[,HOST]",
  expected: "host names or IPv4 addresses, separated by commas",
  notation: "list",
  example: "teredo.example",
  parse(given) {
    const hosts = given.split(",").map((host) => HOST.parse(host.trim()));
    return hosts.every((host) => host !== undefined) ? hosts : undefined;
  },
  remedy: remedyForHosts,
};

/** What to do about the first of several hosts that is none. */
export function remedyForHosts(given: string): string | undefined {
  const wrong = given.split(",").find((host) => HOST.parse(host.trim()) === undefined);
  return wrong === undefined ? undefined : HOST.remedy!(wrong.trim());
}

/** What to do about a port behind what is right without it. */
function withoutPort(
  given: string,
  { parse }: ValueKind<unknown>,
  reason: string,
): string | undefined {
  const [, host] = /^(.+):\d+$/.exec(given) ?? [];
  if (host === undefined || parse(host) === undefined) return undefined;
  return `${reason}: give ${host} alone`;
}

/** Octets, for instance of an identifier. */
export const OCTETS: ValueKind<Uint8Array> = {
  placeholder: "TEXT",
  expected: OCTETS_EXPECTED,
  example: "alice",
  parse: parseOctets,
};

/** The MTU that a server advertises, or that it advertises none. */
export const ADVERTISED_MTU: ValueKind<number | "omit"> = {
  placeholder: "OCTETS",
  expected: 'a number of octets from 1280 to 1500, or "omit"',
  notation: "number",
  example: "1280",
  suggestions: ["omit", "1280", "1472"],
  parse(given) {
    if (given === "omit") return "omit";
    const octets = /^\d{4}$/.test(given) ? Number(given) : 0;
    return octets >= 1280 && octets <= 1500 ? octets : undefined;
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
};

function parsePrefix(given: string): Ipv6Prefix | undefined {
  const [address, length, ...more] = given.trim().split("/");
  const network = parseIpv6(address ?? "");
  const bits = /^\d{1,3}$/.test(length ?? "") ? Number(length) : 129;
  if (network === undefined || bits > 128 || more.length > 0) return undefined;
  return prefixOf(network, bits);
}
