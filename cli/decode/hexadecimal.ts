/**
 * Octets as people copy them out of logs and tests.
 *
 *     6000000000083a15    60 00 00 00    60:00:00:00    0x60, 0x00    \x60\x00
 *
 * @module
 */

/** Two digits each, between colons or dashes. */
const SEPARATED = /^[0-9a-f]{2}([:-][0-9a-f]{2})*$/i;

/** What announces digits. */
const PREFIX = /(?:\\x|(?<![0-9a-f])0x)(?=[0-9a-f])/gi;

/** The octets of a text, or what is wrong with it; `undefined` if it is not meant as digits. */
type Digits =
  | { readonly packets: readonly [Uint8Array] }
  | { readonly problem: string }
  | undefined;

/** Reads a packet that is given by its digits alone. */
export function readDigits(text: string): Digits {
  const trimmed = text.trim();
  const digits = SEPARATED.test(trimmed)
    ? trimmed.replace(/[:-]/g, "")
    : trimmed.replace(PREFIX, "").replace(/[\s,]/g, "");
  if (!/^[0-9a-f]+$/i.test(digits)) return undefined;
  return digits.length % 2 === 0
    ? { packets: [Uint8Array.fromHex(digits)] }
    : { problem: "it has an odd number of digits, but each octet takes two" };
}
