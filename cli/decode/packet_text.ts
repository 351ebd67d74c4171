/**
 * An explained packet for people.
 *
 *     Bubble, 40 octets
 *
 *        0  60000000  version, class, flow  version 6, traffic class 0, flow label 00000
 *
 * @module
 */

import type { Field } from "./field.ts";
import type { PacketExplanation } from "./packet.ts";

/** Digits shown in one line. */
const DIGITS = 32;

/** The explanation as text. */
export function packetText({ kind, fields }: PacketExplanation): string {
  const length = fields.reduce((sum, { octets }) => sum + octets.length / 2, 0);
  const digits = Math.min(DIGITS, Math.max(0, ...fields.map(({ octets }) => octets.length)));
  const names = Math.max(0, ...fields.map(({ name }) => name.length));
  const rows = fields.flatMap((field) => row(field, digits, names));
  return [`${kind}, ${length} ${length === 1 ? "octet" : "octets"}`, "", ...rows, ""].join("\n");
}

function row({ offset, octets, name, meaning }: Field, digits: number, names: number): string[] {
  const lines = octets.match(new RegExp(`.{1,${digits}}`, "g")) ?? [""];
  const [first = "", ...rest] = lines;
  const text = `${String(offset).padStart(4)}  ${first.padEnd(digits)}  ${
    name.padEnd(names)
  }  ${meaning}`;
  return [text.trimEnd(), ...rest.map((line) => `      ${line}`)];
}
