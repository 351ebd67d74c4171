/**
 * Dumps of packets, whose lines begin with the number of octets before them.
 *
 *     12:00:00.000005 IP 192.0.2.1.4096 > 203.0.113.120.3544: UDP, length 40
 *             0x0000:  4500 0044 0001 4000  E..D..@.                tcpdump -x, -X, -XX
 *     00000000: 4500 0044 0001 4000       E..D..@.                  xxd
 *     0000   60 00 00 00 00 08 3a 15   `.....:.                     Wireshark, tshark -x
 *     00000000  60 00 00 00  00 08 3a 15  |`.....:.|                hexdump -C
 *
 * A line that counts from 0 begins a packet. Other lines, as tcpdump writes them above each packet,
 * say nothing here.
 *
 * @module
 */

/** A line with its offset, whether a colon follows that, and the rest. */
const LINE = /^\s*(?:0x)?([0-9a-f]{4,8})(?:(:)\s+|\s{2,}|\s*$)(.*)$/i;

/** Pairs of digits up to text between bars, as hexdump writes them. */
const BETWEEN_BARS = /^((?:[0-9a-f]{2} {1,2}){1,16}) *\|(.*)\|\s*$/i;

/** Groups of digits, one space apart. The text column, if there is one, is further away. */
const GROUPS = /^(?:[0-9a-f]{2}){1,16}(?: (?:[0-9a-f]{2}){1,16})*(?=\s{2}|\s*$)/i;

/** The packets, or the line at which a packet's octets do not follow each other. */
type HexDump =
  | { readonly packets: readonly Uint8Array[] }
  | { readonly problem: string };

/** Reads a dump; `undefined` if the text is not one. */
export function readHexDump(text: string): HexDump | undefined {
  const packets: string[] = [];
  let isOpen = false;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, offset, colon, rest] = LINE.exec(line) ?? [];
    const digits = offset === undefined ? undefined : digitsOf(rest!, colon !== undefined);
    if (digits === undefined) {
      if (line.trim() !== "") isOpen = false;
      continue;
    }
    const at = parseInt(offset!, 16);
    const before = isOpen ? packets.at(-1)!.length / 2 : 0;
    if (at === 0 && digits !== "") {
      packets.push(digits);
      isOpen = true;
    } else if (isOpen && at === before) {
      packets[packets.length - 1] += digits;
    } else if (digits !== "") {
      if (packets.length === 0) return undefined;
      const problem = `line ${index + 1} counts ${at} octets before it, where there are ${before}`;
      return { problem };
    }
  }
  if (packets.length === 0) return undefined;
  return { packets: packets.map((digits) => Uint8Array.fromHex(digits)) };
}

/** The digits after the offset of a line; `undefined` if something else follows it. */
function digitsOf(rest: string, hasColon: boolean): string | undefined {
  if (rest.trim() === "") return "";
  const [, pairs, text] = hasColon ? [] : BETWEEN_BARS.exec(rest) ?? [];
  if (pairs !== undefined && pairs.split(/ +/).length - 1 === text!.length) {
    return pairs.replaceAll(" ", "");
  }
  return GROUPS.exec(rest)?.[0].replaceAll(" ", "");
}
