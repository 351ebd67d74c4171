/**
 * Kinds of values that `teredo ping` takes.
 *
 * @module
 */

import { parseIpv6 } from "../../wire/ipv6_address.ts";
import type { ValueKind } from "../value_kind.ts";

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
