/**
 * Attributes as nf_tables wants them: numbers in network order, and a mark on those that hold
 * attributes.
 *
 * @module
 */

import { allocate, be32, be64, cString } from "../../c/struct.ts";
import { attribute } from "../netlink/netlink_message.ts";

/** NLA_F_NESTED: the value consists of attributes. */
const NESTED = 0x8000;

/** An attribute that holds attributes. */
export function nested(type: number, ...attributes: Uint8Array[]): Uint8Array {
  return attribute(type | NESTED, ...attributes);
}

/** An attribute that holds a name. */
export function nameAttribute(type: number, name: string): Uint8Array {
  return attribute(type, cString(name));
}

/**
 * An attribute that holds a number of 32 bits in network order; a negative one in two's complement.
 */
export function networkNumber(type: number, value: number): Uint8Array {
  const bytes = allocate(be32.size);
  be32.write(bytes, 0, value);
  return attribute(type, bytes);
}

/** The name that an attribute holds; empty if there is no attribute. */
export function decodeName(value: Uint8Array | undefined): string {
  return new TextDecoder().decode(value).replace(/\0.*$/s, "");
}

/** The number of 32 bits that an attribute holds, in network order; undefined if there is none. */
export function decodeNumber(value: Uint8Array | undefined): number | undefined {
  return value?.length === be32.size ? be32.read(value, 0) : undefined;
}

/** The number of 64 bits that an attribute holds, in network order; 0 if there is none. */
export function decodeWide(value: Uint8Array | undefined): number {
  return value?.length === be64.size ? Number(be64.read(value, 0)) : 0;
}
