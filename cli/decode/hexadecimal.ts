/**
 * Octets as people copy them: out of tcpdump, Wireshark, a log or a test.
 *
 * @module
 */

/** Two digits each, between colons or dashes. */
const SEPARATED = /^[0-9a-f]{2}([:-][0-9a-f]{2})*$/i;

/** Digits, with blanks wherever one likes. */
const PLAIN = /^(0x)?[0-9a-f\s]+$/i;

/** The octets of a text in hexadecimal digits; `undefined` where it is none. */
export function parseHexadecimal(text: string): Uint8Array | "odd" | undefined {
  const trimmed = text.trim();
  if (!SEPARATED.test(trimmed) && !PLAIN.test(trimmed)) return undefined;
  const digits = trimmed.replace(/^0x/i, "").replace(/[\s:-]/g, "");
  if (digits === "") return undefined;
  return digits.length % 2 === 0 ? Uint8Array.fromHex(digits) : "odd";
}
