/**
 * Identifiers of clients, as they are written.
 *
 * @module
 */

import { OCTETS_EXPECTED, parseOctets } from "./secret_notation.ts";
import type { ValueKind } from "./value_kind.ts";

/** The longest identifier that fits the authentication element, octets (RFC 4380 §5.1.1). */
const MAX_IDENTIFIER = 255;

/** A client's identifier, as it was given. */
export const IDENTIFIER: ValueKind<string> = {
  placeholder: "IDENTIFIER",
  expected: `an identifier of 1 to ${MAX_IDENTIFIER} octets, as ${OCTETS_EXPECTED}`,
  example: "alice",
  parse(given) {
    const octets = parseOctets(given);
    return octets === undefined || octets.length > MAX_IDENTIFIER ? undefined : given;
  },
};
