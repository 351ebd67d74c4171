/**
 * What the kernel says about a message that it joined from several datagrams (UDP_GRO), and how to
 * split it again.
 *
 * @module
 */

import { placeOf, type Views } from "../../../memory/views.ts";
import type { Endpoint } from "../../../wire/endpoint.ts";
import { i32, roundUp } from "../../c/struct.ts";
import type { TakeDatagram } from "../../udp_socket.ts";
import { SOL_UDP, UDP_GRO } from "../kernel/kernel_numbers.ts";
import { CMSGHDR } from "../kernel/kernel_structs.ts";

/** How many views of a message are kept: the kernel joins no more datagrams of the usual length. */
export const VIEWS = 64;

/** Control messages begin at multiples of this. */
const ALIGNMENT = 8;

/**
 * The length of the datagrams in a message, from its control messages; the last may be shorter.
 *
 *     | cmsghdr: length 20, SOL_UDP, UDP_GRO | int: length of a datagram | padding |
 *     0                                     16                          20        24
 *
 * @param control holds the control messages from `start` for `length` octets
 * @returns 0 if the message is a single datagram.
 */
export function segmentLength(control: Uint8Array, start: number, length: number): number {
  const end = start + length;
  let at = start;
  while (at + CMSGHDR.size <= end) {
    const size = wordAt(control, at);
    const upperHalf = wordAt(control, at + 4);
    if (upperHalf !== 0 || size < CMSGHDR.size || at + size > end) return 0;
    const level = wordAt(control, at + CMSGHDR.offset.level);
    const type = wordAt(control, at + CMSGHDR.offset.type);
    if (level === SOL_UDP && type === UDP_GRO && size >= CMSGHDR.size + i32.size) {
      return Math.max(0, wordAt(control, at + CMSGHDR.size));
    }
    at += roundUp(size, ALIGNMENT);
  }
  return 0;
}

/** An `int` of C. Every joined message has one, and a DataView for it costs 60 ns. */
function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/**
 * Delivers the datagrams of a message one by one.
 *
 * @param views views of the memory that holds the message from `start` for `length` octets
 * @param index where in `views` to look for those of the last message in the same place:
 * {@linkcode VIEWS} of them.
 * @param segment the length of its datagrams, the last of which may be shorter; 0 for a single one
 */
export function splitMessage(
  views: Views,
  index: number,
  start: number,
  length: number,
  segment: number,
  from: Endpoint,
  take: TakeDatagram,
): void {
  const end = start + length;
  if (segment === 0 || segment >= length) {
    return take(views.at(index + placeOf(length, VIEWS), start, end), from);
  }
  let i = 0;
  for (let at = start; at < end; at += segment) {
    take(views.at(index + i++ % VIEWS, at, Math.min(at + segment, end)), from);
  }
}
