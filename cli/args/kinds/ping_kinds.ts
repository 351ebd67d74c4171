/**
 * Kinds of values that `teredo ping` takes.
 *
 * @module
 */

import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import type { ValueKind } from "./value_kind.ts";

/** An IPv6 address, as it was given. */
export const IPV6: ValueKind<string> = {
  placeholder: "ADDRESS",
  expected: "an IPv6 address such as 2001:db8::1",
  example: "2001:db8::1",
  parse: (given) => parseIpv6(given) === undefined ? undefined : given,
};

/** How many requests. */
export const COUNT: ValueKind<number> = {
  placeholder: "NUMBER",
  expected: "a number from 1 to 1000",
  notation: "number",
  example: "4",
  parse(given) {
    const count = /^\d{1,4}$/.test(given) ? Number(given) : 0;
    return count >= 1 && count <= 1000 ? count : undefined;
  },
};

/** A time to wait, in seconds; the value is in milliseconds. */
export const SECONDS: ValueKind<number> = {
  placeholder: "SECONDS",
  expected: "a number of seconds from 1 to 60",
  notation: "number",
  example: "2",
  parse(given) {
    const seconds = /^\d{1,2}$/.test(given) ? Number(given) : 0;
    return seconds >= 1 && seconds <= 60 ? 1000 * seconds : undefined;
  },
};
