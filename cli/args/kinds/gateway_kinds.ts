/**
 * Values of a gateway: clients, services and rates.
 *
 * @module
 */

import type { Ipv4Block } from "../../../wire/global_unicast.ts";
import {
  formatIpv4,
  type Ipv4Address,
  ipv4Address,
  parseIpv4,
} from "../../../wire/ipv4_address.ts";
import { allOrOne } from "./address_kinds.ts";
import type { ValueKind } from "./value_kind.ts";

/** Blocks of IPv4 addresses, or all of them. */
export const GATEWAY_CLIENTS: ValueKind<"all" | readonly Ipv4Block[]> = {
  placeholder: "PREFIX[,PREFIX]|all",
  expected: 'IPv4 prefixes such as 198.51.100.0/24, separated by commas, or "all"',
  notation: "list",
  suggestions: ["all"],
  example: "198.51.100.0/24",
  parse(given) {
    if (given === "all") return "all";
    const blocks = given.split(",").map((each) => parseBlock(each.trim()));
    return blocks.every((block) => block !== undefined) ? blocks : undefined;
  },
  remedy(given) {
    const inside = given.split(",").map((each) => parseAddressIn(each.trim()))
      .find((each) => each && each.network !== firstOf(each));
    if (inside === undefined) return undefined;
    const prefix = `${formatIpv4(firstOf(inside))}/${inside.prefixLength}`;
    return allOrOne(formatIpv4(inside.network), prefix, 32);
  },
};

/** Connections that a client may have open. */
export const FLOWS: ValueKind<number | "off"> = {
  placeholder: "NUMBER|off",
  expected: 'a number of connections from 16 to 65535, or "off"',
  notation: "number",
  suggestions: ["off", "1024"],
  example: "1024",
  parse(given) {
    if (given === "off") return "off";
    const count = /^\d{1,5}$/.test(given) ? Number(given) : NaN;
    return count >= 16 && count <= 65_535 ? count : undefined;
  },
};

/** A port that a program of this host listens on. */
interface HostService {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
}

/** Ports of this host. */
export const SERVICES: ValueKind<readonly HostService[]> = {
  placeholder: "SERVICE[,SERVICE]",
  expected: "services such as tcp/22 or udp/53, separated by commas",
  notation: "list",
  example: "tcp/443",
  parse(given) {
    const services = given.split(",").map((each) => parseService(each.trim()));
    return services.every((service) => service !== undefined) ? services : undefined;
  },
};

/** Ports of this host that a firewall lets in, or none. */
export const FIREWALL: ValueKind<readonly HostService[]> = {
  ...SERVICES,
  placeholder: "SERVICE[,SERVICE]|none",
  expected: 'services such as tcp/22 or udp/53, separated by commas, or "none"',
  suggestions: ["none"],
  parse: (given) => given === "none" ? [] : SERVICES.parse(given),
};

/** Octets per second in one of these. */
const RATE_UNITS: Readonly<Record<string, number>> = { k: 1e3 / 8, M: 1e6 / 8, G: 1e9 / 8 };

/** A rate in bits per second; the value is in octets. */
export const BIT_RATE: ValueKind<number> = {
  placeholder: "RATE",
  expected: "a number of bits per second such as 500k, 20M or 1G",
  example: "20M",
  parse(given) {
    const [, digits, unit] = /^(\d{1,6})([kMG])$/.exec(given) ?? [];
    const rate = digits === undefined ? 0 : Number(digits) * RATE_UNITS[unit!]!;
    return rate === 0 ? undefined : rate;
  },
};

/** Bits after the prefix must be zero: otherwise it is not clear what was meant. */
function parseBlock(given: string): Ipv4Block | undefined {
  const found = parseAddressIn(given);
  return found === undefined || found.network !== firstOf(found) ? undefined : found;
}

/** An address and the length of its prefix. An address alone is a block of one. */
function parseAddressIn(given: string): Ipv4Block | undefined {
  const [, text = "", length = "32"] = /^([\d.]+)(?:\/(\d{1,2}))?$/.exec(given) ?? [];
  const network = parseIpv4(text);
  const prefixLength = Number(length);
  return network === undefined || prefixLength > 32 ? undefined : { network, prefixLength };
}

/** The first address of the block that an address lies in. */
function firstOf({ network, prefixLength }: Ipv4Block): Ipv4Address {
  return ipv4Address(prefixLength === 0 ? 0 : network & (0xffffffff << (32 - prefixLength)));
}

function parseService(given: string): HostService | undefined {
  const [, protocol, digits] = /^(tcp|udp)\/(\d{1,5})$/.exec(given) ?? [];
  const port = Number(digits);
  if (protocol === undefined || port < 1 || port > 65_535) return undefined;
  return { protocol: protocol as HostService["protocol"], port };
}
