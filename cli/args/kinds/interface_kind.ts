/**
 * Names of network interfaces.
 *
 * @module
 */

import type { ValueKind } from "./value_kind.ts";

/** Linux has room for so many octets. */
const LONGEST_INTERFACE_NAME = 15;

/**
 * The name of an interface to make. The kernel would turn "ter%d" into "ter0", which nobody asked
 * for.
 */
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
