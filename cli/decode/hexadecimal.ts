/**
 * Octets as people copy them: out of tcpdump, Wireshark, a hex dump, a log or a test.
 *
 *     6000000000083a15    60 00 00 00    60:00:00:00    0x60, 0x00    \x60\x00
 *
 *     0x0000:  4500 0045 0000 0000  E..E....                tcpdump -X, xxd
 *     0000   60 00 00 00 00 08 3a 15   `.....:.             Wireshark
 *     00000000  60 00 00 00  00 08 3a 15  |`.....:.|        hexdump -C
 *
 * @module
 */

/** Two digits each, between colons or dashes. */
const SEPARATED = /^[0-9a-f]{2}([:-][0-9a-f]{2})*$/i;

/** What says before digits that they are some. */
const PREFIX = /(?:\\x|(?<![0-9a-f])0x)(?=[0-9a-f])/gi;

/** A line of a dump: an offset, and what stands behind it. */
const DUMP_LINE = /^\s*(?:0x)?([0-9a-f]{4,8})(?::\s+|\s{2,}|\s*$)(.*)$/i;

/** The same octets as text, at a line's end. */
const TEXT_COLUMN = /\s\|.*\|\s*$|(?<=\S)\s{2,}(?!.*\|\s*$).*$/;

/** The octets of a text in hexadecimal digits; `undefined` where it is none. */
export function parseHexadecimal(text: string): Uint8Array | "odd" | undefined {
  const trimmed = (readDump(text) ?? text).trim();
  const digits = SEPARATED.test(trimmed)
    ? trimmed.replace(/[:-]/g, "")
    : trimmed.replace(PREFIX, "").replace(/[\s,]/g, "");
  if (!/^[0-9a-f]+$/i.test(digits)) return undefined;
  return digits.length % 2 === 0 ? Uint8Array.fromHex(digits) : "odd";
}

/** The digits of a dump, in which each line begins with the number of octets before it. */
function readDump(text: string): string | undefined {
  let digits = "";
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const [, offset, rest] = DUMP_LINE.exec(line) ?? [];
    if (parseInt(offset ?? "", 16) !== digits.length / 2) return undefined;
    digits += rest!.replace(TEXT_COLUMN, "").replace(/\s/g, "");
  }
  return digits === "" ? undefined : digits;
}
