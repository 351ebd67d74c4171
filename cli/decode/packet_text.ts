/**
 * An explained packet for people.
 *
 *     Bubble, 40 octets
 *
 *        0  60000000  version, class, flow  version 6, traffic class 0, flow label 00000
 *
 * @module
 */

import { wrap } from "../text/layout.ts";
import type { Field } from "./field.ts";
import type { PacketExplanation } from "./packet.ts";

/** Digits shown in one line; fewer if they would leave little room for their meaning. */
const MANY_DIGITS = 32;
const FEW_DIGITS = 16;

/** Columns for the offset, and between the four columns. */
const OFFSET_COLUMNS = 4;
const GAPS = 3 * 2;

/** Columns for the meaning: those for which digits give way, and the least. */
const ENOUGH_ROOM = 40;
const LEAST_ROOM = 16;

/** How wide the columns are. */
interface Columns {
  readonly digits: number;
  readonly names: number;
  readonly meanings: number;
}

/** The explanation as text, in lines of at most `width` columns. */
export function packetText({ kind, fields }: PacketExplanation, width: number): string {
  const length = fields.reduce((sum, { octets }) => sum + octets.length / 2, 0);
  const columns = columnsFor(fields, width);
  return [
    ...wrap(`${kind}, ${length} ${length === 1 ? "octet" : "octets"}`, width, 2),
    "",
    ...fields.flatMap((field) => row(field, columns)),
    "",
  ].join("\n");
}

function columnsFor(fields: readonly Field[], width: number): Columns {
  const names = Math.max(0, ...fields.map(({ name }) => name.length));
  const longest = Math.max(0, ...fields.map(({ octets }) => octets.length));
  const room = width - OFFSET_COLUMNS - GAPS - names;
  const most = room - Math.min(longest, MANY_DIGITS) >= ENOUGH_ROOM ? MANY_DIGITS : FEW_DIGITS;
  const digits = Math.min(longest, most);
  return { digits, names, meanings: Math.max(room - digits, LEAST_ROOM) };
}

function row({ offset, octets, name, meaning }: Field, columns: Columns): string[] {
  const digits = octets.match(new RegExp(`.{1,${columns.digits}}`, "g")) ?? [""];
  const meanings = wrap(meaning, columns.meanings);
  return Array.from({ length: Math.max(digits.length, meanings.length) }, (_, i) =>
    [
      (i === 0 ? String(offset) : "").padStart(OFFSET_COLUMNS),
      (digits[i] ?? "").padEnd(columns.digits),
      (i === 0 ? name : "").padEnd(columns.names),
      meanings[i] ?? "",
    ].join("  ").trimEnd());
}
