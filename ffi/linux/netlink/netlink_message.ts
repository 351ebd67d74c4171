/**
 * Netlink messages as bytes: a header, a fixed body, and attributes, each aligned to four octets.
 *
 *     0         4      6       8          12       16
 *     +---------+------+-------+----------+--------+------+---------------+
 *     | length  | type | flags | sequence | port 0 | body | attributes... |   nlmsghdr and what follows
 *     +---------+------+-------+----------+--------+------+---------------+
 *
 *     0        2      4
 *     +--------+------+------------+
 *     | length | type | value...   |   nlattr; the length counts these four octets but no padding
 *     +--------+------+------------+
 *
 * @module
 */

import { concatOctets } from "../../../memory/octets.ts";
import { allocate, roundUp, u32 } from "../../c/struct.ts";
import { NLATTR, NLMSGHDR } from "../kernel/kernel_structs.ts";

const ALIGNMENT = 4;

/** NLA_TYPE_MASK: the bits above are marks, such as that of a value that consists of attributes. */
const TYPE_MASK = 0x3fff;

/** A message that came in. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** Everything after the header. */
  readonly payload: Uint8Array;
}

/** One attribute with its padding. If the value consists of attributes, it is a nested one. */
export function attribute(type: number, ...values: Uint8Array[]): Uint8Array {
  const value = concatOctets(...values);
  const bytes = allocate(roundUp(NLATTR.size + value.length, ALIGNMENT));
  NLATTR.write(bytes, 0, { length: NLATTR.size + value.length, type });
  bytes.set(value, NLATTR.size);
  return bytes;
}

/** One attribute that holds an unsigned number of 32 bits. */
export function numberAttribute(type: number, value: number): Uint8Array {
  const bytes = allocate(u32.size);
  u32.write(bytes, 0, value);
  return attribute(type, bytes);
}

/** The unsigned number of 32 bits that an attribute holds; undefined if there is none. */
export function numberIn(value: Uint8Array | undefined): number | undefined {
  return value?.length === u32.size ? u32.read(value, 0) : undefined;
}

/** A whole message. */
export function encodeMessage(
  header: { type: number; flags: number; sequence: number },
  parts: Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const payload = concatOctets(...parts);
  const bytes = allocate(NLMSGHDR.size + payload.length);
  NLMSGHDR.write(bytes, 0, { ...header, length: bytes.length });
  bytes.set(payload, NLMSGHDR.size);
  return bytes;
}

/** The messages that one receiving call gave. Stops at the first one that does not fit. */
export function parseMessages(bytes: Uint8Array): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  let start = 0;
  while (start + NLMSGHDR.size <= bytes.length) {
    const { length, type, flags, sequence } = NLMSGHDR.decode(bytes, start);
    if (length < NLMSGHDR.size || start + length > bytes.length) break;
    const payload = bytes.subarray(start + NLMSGHDR.size, start + length);
    messages.push({ type, flags, sequence, payload });
    start += roundUp(length, ALIGNMENT);
  }
  return messages;
}

/** The attributes in `bytes` by type. Stops at the first one that does not fit. */
export function parseAttributes(bytes: Uint8Array): Map<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>();
  let start = 0;
  while (start + NLATTR.size <= bytes.length) {
    const { length, type } = NLATTR.decode(bytes, start);
    if (length < NLATTR.size || start + length > bytes.length) break;
    attributes.set(type & TYPE_MASK, bytes.subarray(start + NLATTR.size, start + length));
    start += roundUp(length, ALIGNMENT);
  }
  return attributes;
}
