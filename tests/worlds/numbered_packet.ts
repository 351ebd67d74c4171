/**
 * The data of numbered packets, UDP datagrams and echoes, which says which one it is and shows if it
 * was changed.
 *
 *     0  "worlds" (6)      6  flow (2)      8  number (4)      12  filler: depends on both
 *
 * @module
 */

import { equalArrays, getU16, getU32, setU16, setU32 } from "../../memory/octets.ts";
import { IPV6_HEADER_LENGTH } from "../../wire/ipv6_header.ts";

const MARK = new TextEncoder().encode("worlds");
const FLOW = MARK.length;
const NUMBER = FLOW + 2;
const FILLER = NUMBER + 4;

/** Where the data begins, behind 8 octets of UDP or ICMPv6. */
const DATA = IPV6_HEADER_LENGTH + 8;

/** Which packet of which flow. */
export interface Numbers {
  readonly flow: number;
  readonly number: number;
}

/** The data of one packet of a flow. */
export function numberedData({ flow, number }: Numbers, size: number): Uint8Array {
  const data = new Uint8Array(Math.max(size, FILLER));
  data.set(MARK);
  setU16(data, FLOW, flow);
  setU32(data, NUMBER, number);
  for (let i = FILLER; i < data.length; i++) data[i] = 31 * flow + 7 * number + i;
  return data;
}

/** Whether a packet carries exactly the data that was sent. */
export function isUnchanged(packet: Uint8Array, numbers: Numbers, size: number): boolean {
  return equalArrays(packet.subarray(DATA), numberedData(numbers, size));
}

/** Which packet this claims to be; `undefined` if none of ours. */
export function numbersOf(packet: Uint8Array): Numbers | undefined {
  if (packet.length < DATA + FILLER) return undefined;
  for (let i = 0; i < MARK.length; i++) if (packet[DATA + i] !== MARK[i]) return undefined;
  return { flow: getU16(packet, DATA + FLOW), number: getU32(packet, DATA + NUMBER) };
}

/** One number for both. */
export function keyOf({ flow, number }: Numbers): number {
  return flow * 2 ** 32 + number;
}
