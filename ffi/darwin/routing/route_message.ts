/**
 * Messages of the routing socket: route(4), `bsd/net/route.h` of xnu.
 *
 *     0  struct rt_msghdr (92)   92  addresses, each rounded up to 4 octets
 *
 * A bit of the header says which addresses there are: the lowest means the first, RTAX_DST.
 *
 * @module
 */

import { getU32 } from "../../../memory/octets.ts";
import { allocate, roundUp } from "../../c/struct.ts";
import { AF_INET, AF_INET6, AF_LINK, RTAX_MAX, RTM_VERSION } from "../kernel/kernel_numbers.ts";
import {
  IFA_MSGHDR,
  RT_MSGHDR,
  SOCKADDR_DL,
  SOCKADDR_IN,
  SOCKADDR_IN6,
} from "../kernel/kernel_structs.ts";

/** Addresses by their places: see RTAX_DST and so on. */
export type Addresses = Readonly<Record<number, Uint8Array>>;

/** A message about a route. */
export interface RouteMessage {
  /** RTM_ADD and so on. */
  readonly type: number;
  /** RTF_UP and so on, added up. */
  readonly flags: number;
  /** The index of the interface; 0 if none is named. */
  readonly index: number;
  readonly process: number;
  readonly sequence: number;
  /** Each is a `struct sockaddr`. */
  readonly addresses: Addresses;
}

/** Octets of an address within a `sockaddr`, by its length. */
const PLACE = { 4: SOCKADDR_IN.offset.address, 16: SOCKADDR_IN6.offset.address } as const;

/** A message to send. The kernel sets the process. */
export function encodeRouteMessage(
  { type, flags, index, sequence, addresses }: Omit<RouteMessage, "process">,
): Uint8Array<ArrayBuffer> {
  const list = Object.entries(addresses)
    .map(([place, address]) => ({ place: Number(place), address }))
    .sort((one, other) => one.place - other.place);
  const length = list.reduce(
    (sum, { address }) => sum + roundUp(address.length, 4),
    RT_MSGHDR.size,
  );
  const message = allocate(length);
  RT_MSGHDR.write(message, 0, {
    length,
    version: RTM_VERSION,
    type,
    index,
    flags,
    sequence,
    addresses: list.reduce((bits, { place }) => bits | 1 << place, 0),
  });
  let offset = RT_MSGHDR.size;
  for (const { address } of list) {
    message.set(address, offset);
    offset += roundUp(address.length, 4);
  }
  return message;
}

/** What kind of message it is; undefined if it is of another version, or incomplete. */
export function messageType(message: Uint8Array): number | undefined {
  if (message.length < IFA_MSGHDR.offset.index || message[2] !== RTM_VERSION) return undefined;
  return message[3];
}

/** Undefined if it is incomplete. */
export function parseRouteMessage(message: Uint8Array): RouteMessage | undefined {
  if (message.length < RT_MSGHDR.size) return undefined;
  const header = RT_MSGHDR.decode(message);
  return {
    ...header,
    addresses: parseAddresses(message.subarray(RT_MSGHDR.size), header.addresses),
  };
}

/** The addresses behind a message's header. What does not fit in it is left out. */
export function parseAddresses(bytes: Uint8Array, bits: number): Addresses {
  const addresses: Record<number, Uint8Array> = {};
  let offset = 0;
  for (let place = 0; place < RTAX_MAX; place++) {
    if ((bits & 1 << place) === 0) continue;
    const length = bytes[offset] ?? 0;
    if (offset + length > bytes.length) break;
    addresses[place] = bytes.subarray(offset, offset + length);
    // A length of 0 takes 4 octets.
    offset += roundUp(length || 1, 4);
  }
  return addresses;
}

/** A `sockaddr` of an IPv4 or IPv6 address, which has 4 or 16 octets. */
export function socketAddress(address: Uint8Array, port = 0): Uint8Array<ArrayBuffer> {
  if (address.length === 4) {
    return SOCKADDR_IN.encode({
      length: SOCKADDR_IN.size,
      family: AF_INET,
      port,
      address: getU32(address, 0),
    });
  }
  return SOCKADDR_IN6.encode({ length: SOCKADDR_IN6.size, family: AF_INET6, port, address });
}

/** A `sockaddr` with the first `length` bits set, of IPv6. */
export function prefixMask(length: number): Uint8Array<ArrayBuffer> {
  const mask = new Uint8Array(16).map((_, i) => 0xff00 >> clamp(length - 8 * i, 0, 8));
  return socketAddress(mask);
}

/** A `sockaddr` of the interface with that index. */
export function interfaceAddress(index: number): Uint8Array<ArrayBuffer> {
  return SOCKADDR_DL.encode({ length: SOCKADDR_DL.size, family: AF_LINK, index });
}

/** The IPv4 or IPv6 address in a `sockaddr`; undefined if it has another kind. */
export function addressIn(socketAddress: Uint8Array | undefined): Uint8Array | undefined {
  const [length = 0, family] = socketAddress ?? [];
  const size = family === AF_INET ? 4 : family === AF_INET6 ? 16 : undefined;
  if (socketAddress === undefined || size === undefined) return undefined;
  const offset = PLACE[size];
  return length < offset + size ? undefined : socketAddress.slice(offset, offset + size);
}

/** The name of the interface in a `sockaddr`; undefined if it has none. */
export function interfaceNameIn(socketAddress: Uint8Array | undefined): string | undefined {
  if (socketAddress === undefined || socketAddress.length < SOCKADDR_DL.offset.data) {
    return undefined;
  }
  const { family, nameLength } = SOCKADDR_DL.decode(socketAddress);
  if (family !== AF_LINK || nameLength === 0) return undefined;
  const start = SOCKADDR_DL.offset.data;
  return new TextDecoder().decode(socketAddress.subarray(start, start + nameLength));
}

/**
 * How many bits the mask of an IPv4 or IPv6 route sets. The kernel leaves out octets of zeros at
 * its end, and does not always give its family.
 *
 * @param size octets of an address: 4 or 16
 */
export function maskLength(mask: Uint8Array | undefined, size: 4 | 16): number {
  if (mask === undefined) return 8 * size;
  let bits = 0;
  for (const octet of mask.subarray(PLACE[size], PLACE[size] + size)) {
    for (let rest = octet; (rest & 0x80) !== 0; rest = rest << 1 & 0xff) bits++;
  }
  return bits;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
