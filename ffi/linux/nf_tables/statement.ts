/**
 * What rules say: conditions on a packet, and what becomes of it. A statement is one or more
 * expressions.
 *
 * @module
 */

import type { Ipv6Prefix } from "../../../wire/ipv6_prefix.ts";
import { allocate, be16, text, u32 } from "../../c/struct.ts";
import {
  compare,
  countConnections,
  countIn,
  decide,
  type Expression,
  loadConnection,
  loadMeta,
  loadPayload,
  mask,
  masquerade,
} from "./expression.ts";
import {
  COMPARISON,
  CONNECTION_STATE,
  CT_KEY,
  DESTINATION_TRANSLATED,
  META_KEY,
  PAYLOAD_BASE,
  VERDICT_CODE,
} from "./numbers.ts";

/** A condition or an action. */
export type Statement = readonly Expression[];

/** A transport protocol, by its number (IANA). */
const PROTOCOL = { tcp: 6, udp: 17, icmpv6: 58 } as const;

/** Where an IPv6 header has its addresses, RFC 8200 §3. */
const SOURCE_OFFSET = 8;
const DESTINATION_OFFSET = 24;
const ADDRESS_SIZE = 16;

// <net/if.h>
const IFNAMSIZ = 16;

/** Where a header of TCP or UDP has its destination port, and one of ICMPv6 its type. */
const PORT_OFFSET = 2;
const ICMPV6_TYPE_OFFSET = 0;

/**
 * The packet came in by the interface of this name. Chains at postrouting know that since Linux
 * 5.7.
 */
export function fromInterface(name: string): Statement {
  return [loadMeta(META_KEY.IN_NAME), compare(COMPARISON.EQUAL, interfaceName(name))];
}

/** The packet leaves by the interface of this name. */
export function toInterface(name: string): Statement {
  return [loadMeta(META_KEY.OUT_NAME), compare(COMPARISON.EQUAL, interfaceName(name))];
}

/** Its source lies within the prefix. */
export function fromSource(prefix: Ipv6Prefix): Statement {
  return within(SOURCE_OFFSET, prefix, COMPARISON.EQUAL);
}

/** Its source lies elsewhere. */
export function notFromSource(prefix: Ipv6Prefix): Statement {
  return within(SOURCE_OFFSET, prefix, COMPARISON.NOT_EQUAL);
}

/** Its destination lies within the prefix. */
export function toDestination(prefix: Ipv6Prefix): Statement {
  return within(DESTINATION_OFFSET, prefix, COMPARISON.EQUAL);
}

/** It belongs to a connection that has packets both ways, or is an error about a packet of one. */
export function ofConnection(): Statement {
  const { established, related } = CONNECTION_STATE;
  return hasBit(CT_KEY.STATE, established | related);
}

/**
 * A rule of the host, such as one that publishes a container's port, has given its connection
 * another destination.
 */
export function isRedirected(): Statement {
  return hasBit(CT_KEY.STATUS, DESTINATION_TRANSLATED);
}

/** It can begin a connection. */
export function beginsConnection(): Statement {
  return [
    loadConnection(CT_KEY.STATE),
    compare(COMPARISON.EQUAL, hostNumber(CONNECTION_STATE.new)),
  ];
}

/**
 * It belongs to no connection and can begin none, such as an error about a packet that nobody sent.
 */
export function cannotBeginConnection(): Statement {
  return [
    loadConnection(CT_KEY.STATE),
    compare(COMPARISON.NOT_EQUAL, hostNumber(CONNECTION_STATE.new)),
  ];
}

/**
 * More than `count` connections are open of sources that end in the same octets.
 *
 * @param set the set that they are counted in
 * @param octets how many octets of the source count, from its end on
 */
export function exceedsConnections(set: string, octets: number, count: number): Statement {
  const bits = new Uint8Array(ADDRESS_SIZE).fill(0xff, ADDRESS_SIZE - octets);
  return [
    loadPayload(PAYLOAD_BASE.NETWORK, SOURCE_OFFSET, ADDRESS_SIZE),
    mask(bits),
    countConnections(set, count),
  ];
}

/** It goes to a port of TCP or UDP. */
export function toPort(protocol: "tcp" | "udp", port: number): Statement {
  const value = allocate(be16.size);
  be16.write(value, 0, port);
  return [
    ...ofProtocol(PROTOCOL[protocol]),
    loadPayload(PAYLOAD_BASE.TRANSPORT, PORT_OFFSET, value.length),
    compare(COMPARISON.EQUAL, value),
  ];
}

/** It is ICMPv6 of this type or a lower one. */
export function icmpv6UpTo(type: number): Statement {
  return [
    ...ofProtocol(PROTOCOL.icmpv6),
    loadPayload(PAYLOAD_BASE.TRANSPORT, ICMPV6_TYPE_OFFSET, 1),
    compare(COMPARISON.AT_MOST, Uint8Array.of(type)),
  ];
}

/** It is ICMPv6 of this type. */
export function icmpv6OfType(type: number): Statement {
  return [
    ...ofProtocol(PROTOCOL.icmpv6),
    loadPayload(PAYLOAD_BASE.TRANSPORT, ICMPV6_TYPE_OFFSET, 1),
    compare(COMPARISON.EQUAL, Uint8Array.of(type)),
  ];
}

/** Lets the packet pass this chain. Other tables may still stop it. */
export function accept(): Statement {
  return [decide(VERDICT_CODE.ACCEPT)];
}

/** Goes on in another chain and does not return. */
export function goTo(chain: string): Statement {
  return [decide(VERDICT_CODE.GOTO, chain)];
}

/** Counts the packet. */
export function count(counter: string): Statement {
  return [countIn(counter)];
}

/** Counts the packet and drops it. */
export function refuse(counter: string): Statement {
  return [countIn(counter), decide(VERDICT_CODE.DROP)];
}

/**
 * Lets the connection leave with the address of the interface that it leaves by. Answers find back.
 */
export function translateSource(): Statement {
  return [masquerade()];
}

/** At least one of the bits is set. */
function hasBit(key: number, bits: number): Statement {
  return [
    loadConnection(key),
    mask(hostNumber(bits)),
    compare(COMPARISON.NOT_EQUAL, hostNumber(0)),
  ];
}

function ofProtocol(number: number): Statement {
  return [loadMeta(META_KEY.LAYER4), compare(COMPARISON.EQUAL, Uint8Array.of(number))];
}

/**
 * Compares as many octets as count. The program `nft` shows a length that ends in an octet only
 * with a mask.
 */
function within(offset: number, { address, length }: Ipv6Prefix, operator: number): Statement {
  const isWhole = length % 8 === 0 && length > 0;
  const size = isWhole ? length / 8 : ADDRESS_SIZE;
  const value = address.subarray(0, size);
  const load = loadPayload(PAYLOAD_BASE.NETWORK, offset, size);
  return isWhole
    ? [load, compare(operator, value)]
    : [load, mask(prefixMask(length)), compare(operator, value)];
}

function prefixMask(length: number): Uint8Array {
  return Uint8Array.from({ length: ADDRESS_SIZE }, (_, i) => {
    const bits = Math.min(Math.max(length - 8 * i, 0), 8);
    return 0xff00 >>> bits & 0xff;
  });
}

/** A name as the kernel has it in registers. */
function interfaceName(name: string): Uint8Array {
  const field = text(IFNAMSIZ);
  const bytes = allocate(field.size);
  field.write(bytes, 0, name);
  return bytes;
}

/** A number as the kernel has it in a register, in the host's order. */
function hostNumber(value: number): Uint8Array {
  const bytes = allocate(u32.size);
  u32.write(bytes, 0, value);
  return bytes;
}
