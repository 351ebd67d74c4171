/**
 * Router Solicitations and Advertisements, RFC 4861 §4.1, §4.2 and §6.1, as Teredo uses them.
 *
 *     RS  0  type 133, code 0, checksum (4)      4  reserved (4)      8  options
 *     RA  0  type 134, code 0, checksum (4)      4  hop limit (1)     5  M, O (1)
 *         6  router lifetime (2)     8  reachable time (4)    12  retrans timer (4)   16  options
 *
 * @module
 */

import { hasValidIcmpv6Checksum, writeIcmpv6Checksum } from "./checksum.ts";
import { icmpv6CodeOf, Icmpv6Type, icmpv6TypeOf, isIcmpv6 } from "./icmpv6.ts";
import { ALL_ROUTERS, isLinkLocal } from "./ipv6_address.ts";
import {
  hopLimitOf,
  IPV6_HEADER_LENGTH,
  NextHeader,
  SOURCE,
  writeIpv6Header,
} from "./ipv6_header.ts";
import type { Malformed } from "./malformed.ts";
import { getU32, setU32 } from "../memory/octets.ts";

/** The hop limit of every neighbour discovery message: it proves that no router forwarded it. */
export const ND_HOP_LIMIT = 255;

const OptionType = { PREFIX_INFORMATION: 3, MTU: 5 } as const;

/** Length of a Router Solicitation without options, in octets. */
export const RS_LENGTH = 8;
const RA_LENGTH = 16;
const RA_RETRANS_TIMER = 12;
const PREFIX_OPTION_LENGTH = 32;
const PREFIX_LENGTH = 2;
const PREFIX_FLAGS = 3;
const PREFIX_LIFETIMES = 4;
const PREFIX = 16;
const AUTONOMOUS = 0x40;
const MTU_OPTION_LENGTH = 8;
const INFINITY = 0xffffffff;

/** The retransmission timer that Teredo servers advertise, in milliseconds. */
const RETRANS_TIMER = 2000;

/** A Router Solicitation as Windows sends it: 48 octets, without options, to ff02::2. */
export function encodeRouterSolicitation(source: Uint8Array): Uint8Array<ArrayBuffer> {
  const packet = newMessage(Icmpv6Type.ROUTER_SOLICITATION, RS_LENGTH, source, ALL_ROUTERS);
  writeIcmpv6Checksum(packet);
  return packet;
}

/** Whether a well-formed IPv6 packet claims to be a Router Solicitation. */
export function isRouterSolicitation(packet: Uint8Array): boolean {
  return isIcmpv6(packet) && icmpv6TypeOf(packet) === Icmpv6Type.ROUTER_SOLICITATION;
}

/** Whether a well-formed IPv6 packet claims to be a Router Advertisement. */
export function isRouterAdvertisement(packet: Uint8Array): boolean {
  return isIcmpv6(packet) && icmpv6TypeOf(packet) === Icmpv6Type.ROUTER_ADVERTISEMENT;
}

/** What is wrong with a Router Solicitation (RFC 4861 §6.1.1), if anything. */
export function checkRouterSolicitation(packet: Uint8Array): Malformed | undefined {
  if (hopLimitOf(packet) !== ND_HOP_LIMIT || icmpv6CodeOf(packet) !== 0) {
    return "router_solicitation_invalid";
  }
  if (!hasValidIcmpv6Checksum(packet)) return "icmpv6_checksum";
  return everyOption(packet, RS_LENGTH, () => {}) ? undefined : "router_solicitation_invalid";
}

/** One Prefix Information option. */
export interface PrefixInformation {
  /** Bits of the prefix that count. */
  readonly length: number;
  /** 16 octets; those beyond `length` are garbage from some servers. A view into the packet. */
  readonly prefix: Uint8Array;
}

/** What a Router Advertisement says, as far as Teredo asks. */
export interface RouterAdvertisement {
  readonly prefixes: readonly PrefixInformation[];
  /** The MTU option in octets, where there was one. */
  readonly mtu: number | undefined;
}

/** Reads and checks a Router Advertisement (RFC 4861 §6.1.2). */
export function parseRouterAdvertisement(packet: Uint8Array): RouterAdvertisement | Malformed {
  if (
    hopLimitOf(packet) !== ND_HOP_LIMIT || icmpv6CodeOf(packet) !== 0 ||
    !isLinkLocal(packet, SOURCE)
  ) {
    return "router_advertisement_invalid";
  }
  if (!hasValidIcmpv6Checksum(packet)) return "icmpv6_checksum";
  const prefixes: PrefixInformation[] = [];
  let mtu: number | undefined;
  const whole = everyOption(packet, RA_LENGTH, (type, offset, length) => {
    if (type === OptionType.PREFIX_INFORMATION && length === PREFIX_OPTION_LENGTH) {
      prefixes.push({
        length: packet[offset + PREFIX_LENGTH]!,
        prefix: packet.subarray(offset + PREFIX, offset + PREFIX + 16),
      });
    } else if (type === OptionType.MTU && length === MTU_OPTION_LENGTH) {
      mtu = getU32(packet, offset + 4);
    }
  });
  return whole ? { prefixes, mtu } : "router_advertisement_invalid";
}

/**
 * Visits the options behind the `fixed` octets of a message.
 *
 * @returns `false` where the message is too short, an option has length 0 or runs past the end
 */
function everyOption(
  packet: Uint8Array,
  fixed: number,
  visit: (type: number, offset: number, length: number) => void,
): boolean {
  let offset = IPV6_HEADER_LENGTH + fixed;
  if (offset > packet.length) return false;
  while (offset < packet.length) {
    if (offset + 2 > packet.length) return false;
    const length = 8 * packet[offset + 1]!;
    if (length === 0 || offset + length > packet.length) return false;
    visit(packet[offset]!, offset, length);
    offset += length;
  }
  return true;
}

/** A Router Advertisement to send. */
export interface RouterAdvertisementParts {
  /** 16 octets: the server's link-local address. */
  readonly source: Uint8Array;
  /** 16 octets: the source of the solicitation. */
  readonly destination: Uint8Array;
  /** 16 octets, the last eight 0: the /64 to advertise. */
  readonly prefix: Uint8Array;
  /** The MTU option in octets; without it none is sent, like Microsoft's server. */
  readonly mtu?: number;
}

/**
 * A Router Advertisement as Teredo servers send it: no default router (lifetime 0), one /64 with
 * infinite lifetimes for autonomous configuration, optionally the MTU.
 */
export function encodeRouterAdvertisement(
  parts: RouterAdvertisementParts,
): Uint8Array<ArrayBuffer> {
  const { source, destination, prefix, mtu } = parts;
  const length = RA_LENGTH + PREFIX_OPTION_LENGTH + (mtu === undefined ? 0 : MTU_OPTION_LENGTH);
  const packet = newMessage(Icmpv6Type.ROUTER_ADVERTISEMENT, length, source, destination);
  setU32(packet, IPV6_HEADER_LENGTH + RA_RETRANS_TIMER, RETRANS_TIMER);
  const option = IPV6_HEADER_LENGTH + RA_LENGTH;
  packet[option] = OptionType.PREFIX_INFORMATION;
  packet[option + 1] = PREFIX_OPTION_LENGTH / 8;
  packet[option + PREFIX_LENGTH] = 64;
  packet[option + PREFIX_FLAGS] = AUTONOMOUS;
  setU32(packet, option + PREFIX_LIFETIMES, INFINITY);
  setU32(packet, option + PREFIX_LIFETIMES + 4, INFINITY);
  packet.set(prefix, option + PREFIX);
  if (mtu !== undefined) {
    const mtuOption = option + PREFIX_OPTION_LENGTH;
    packet[mtuOption] = OptionType.MTU;
    packet[mtuOption + 1] = MTU_OPTION_LENGTH / 8;
    setU32(packet, mtuOption + 4, mtu);
  }
  writeIcmpv6Checksum(packet);
  return packet;
}

function newMessage(
  type: number,
  payloadLength: number,
  source: Uint8Array,
  destination: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(IPV6_HEADER_LENGTH + payloadLength);
  writeIpv6Header(packet, {
    payloadLength,
    nextHeader: NextHeader.ICMPV6,
    hopLimit: ND_HOP_LIMIT,
    source,
    destination,
  });
  packet[IPV6_HEADER_LENGTH] = type;
  return packet;
}
