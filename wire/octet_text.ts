/**
 * Octets as text that people can read and write.
 *
 * @module
 */

/** Printable ASCII without spaces around it. */
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** The octets as they are if that is plain text, otherwise as "hex:0a1b". */
export function formatOctets(octets: Uint8Array): string {
  const text = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  return PLAIN.test(text) && !/^(?:hex|base64):/.test(text) ? text : `hex:${octets.toHex()}`;
}
