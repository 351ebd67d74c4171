/**
 * Identifiers and secrets as people write them.
 *
 * @module
 */

import type { ValueKind } from "./value_kind.ts";

/** What {@linkcode parseOctets} expects, to be read after "needs". */
export const OCTETS_EXPECTED = 'text, or octets as "hex:0a1b…" or "base64:AbC…"';

/** The octets of a text in UTF-8, or those that it spells; `undefined` if it spells none. */
export function parseOctets(text: string): Uint8Array<ArrayBuffer> | undefined {
  const [, notation, spelled] = /^(hex|base64):(.*)$/s.exec(text) ?? [];
  const octets = notation === undefined
    ? new TextEncoder().encode(text)
    : spell(notation, spelled!.replace(/\s/g, ""));
  return octets === undefined || octets.length === 0 ? undefined : octets;
}

/** Octets, for instance of an identifier. */
export const OCTETS: ValueKind<Uint8Array> = {
  placeholder: "TEXT",
  expected: OCTETS_EXPECTED,
  example: "alice",
  parse: parseOctets,
};

function spell(notation: string, spelled: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return notation === "hex" ? Uint8Array.fromHex(spelled) : Uint8Array.fromBase64(spelled);
  } catch {
    return undefined;
  }
}
