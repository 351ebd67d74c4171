/**
 * Names and addresses of hosts.
 *
 * @module
 */

import { parseIpv4 } from "../../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { type ValueKind, withoutPort } from "./value_kind.ts";

/** A last label that is a number, which no host name has: resolvers take "1.2.3" for 1.2.0.3. */
const ENDS_IN_NUMBER = /(^|\.)(\d+|0x[\da-f]*)\.?$/i;

/** A label of a name; underscores are in use although RFC 1123 §2.1 does not allow them. */
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

/** What to do about the first of several hosts that is not one. */
function remedyForHosts(given: string): string | undefined {
  const wrong = given.split(",").find((host) => HOST.parse(host.trim()) === undefined);
  return wrong === undefined ? undefined : HOST.remedy!(wrong.trim());
}

/** A host by its IPv6 address or name. */
export const IPV6_HOST: ValueKind<string> = {
  placeholder: "HOST",
  expected: "an IPv6 address such as 2001:db8::1, or a host name",
  example: "2001:db8::1",
  parse(given) {
    if (parseIpv4(given) !== undefined) return undefined;
    return parseIpv6(given) === undefined ? HOST.parse(given) : given;
  },
};

/** A server by its primary address, if necessary followed by a comma and its secondary address. */
export const SERVER: ValueKind<string> = {
  placeholder: "SERVER",
  expected: "a host name or IPv4 address, or two separated by a comma",
  parse(given) {
    const hosts = given.split(",");
    const isRight = hosts.length <= 2 && hosts.every((host) => HOST.parse(host) !== undefined);
    return isRight ? given : undefined;
  },
  remedy: remedyForHosts,
};
