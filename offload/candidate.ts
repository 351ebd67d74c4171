/**
 * Which packets may become part of a super-packet, and which of them belong together.
 *
 * @module
 */

import {
  ADDRESSES_LENGTH,
  IPV6_HEADER_LENGTH,
  isIpv6Packet,
  NextHeader,
  nextHeaderOf,
  payloadLengthOf,
  SOURCE,
} from "../wire/ipv6_header.ts";
import { equalOctets, getU16 } from "../wire/octets.ts";
import { isPacketMemory, isSameUnder, packetMemory } from "../wire/packet_memory.ts";
import {
  TCP,
  TCP_HEADER_LENGTH,
  TcpFlag,
  tcpHeaderLength,
  UDP,
  UDP_HEADER_LENGTH,
} from "./transport_header.ts";

/** Where TCP's or UDP's header stands: candidates have no extension headers. */
export const TRANSPORT = IPV6_HEADER_LENGTH;

const PAYLOAD_LENGTH = 4;
const TCP_FLAGS = TRANSPORT + TCP.FLAGS;
const TCP_HEADER_WORDS = TRANSPORT + TCP.HEADER_WORDS;

/** What names a flow: both addresses and, right behind them, both ports. */
const FLOW_LENGTH = ADDRESSES_LENGTH + 4;

/**
 * Length of the headers of a packet that may be part of a super-packet; 0 for any other.
 *
 * It is a whole IPv6 packet without extension headers, and carries data by TCP with no flags but ACK
 * and PSH, or by UDP. Whether its checksum is right remains to be seen.
 */
export function candidateHeaderLength(packet: Uint8Array): number {
  if (!isIpv6Packet(packet)) return 0;
  switch (nextHeaderOf(packet)) {
    case NextHeader.TCP:
      return tcpCandidate(packet);
    case NextHeader.UDP:
      return udpCandidate(packet);
    default:
      return 0;
  }
}

function tcpCandidate(packet: Uint8Array): number {
  if (packet.length <= TRANSPORT + TCP_HEADER_LENGTH) return 0;
  if ((packet[TCP_FLAGS]! & ~TcpFlag.PSH) !== TcpFlag.ACK) return 0;
  // Reserved bits, among them the one that Accurate ECN has made a flag.
  if ((packet[TCP_HEADER_WORDS]! & 0x0f) !== 0) return 0;
  const length = tcpHeaderLength(packet, TRANSPORT);
  return length >= TCP_HEADER_LENGTH && TRANSPORT + length < packet.length ? TRANSPORT + length : 0;
}

function udpCandidate(packet: Uint8Array): number {
  const headerLength = TRANSPORT + UDP_HEADER_LENGTH;
  if (packet.length <= headerLength) return 0;
  if (getU16(packet, TRANSPORT + UDP.LENGTH) !== payloadLengthOf(packet)) return 0;
  return getU16(packet, TRANSPORT + UDP.CHECKSUM) === 0 ? 0 : headerLength;
}

/** Whether two packets have the same protocol, addresses and ports. Both have these. */
export function isSameFlow(
  one: Uint8Array,
  oneStart: number,
  other: Uint8Array,
): boolean {
  return one[oneStart + 6] === other[6] &&
    equalOctets(one, oneStart + SOURCE, other, SOURCE, FLOW_LENGTH);
}

/** Whether two packets have the same addresses. Both have whole IPv6 headers. */
export function isSamePair(one: Uint8Array, oneStart: number, other: Uint8Array): boolean {
  return equalOctets(one, oneStart + SOURCE, other, SOURCE, ADDRESSES_LENGTH);
}

/** Whether a packet's ports stand where {@linkcode isSameFlow} looks for them. */
export function showsPorts(packet: Uint8Array): boolean {
  const next = packet.length >= TRANSPORT + 4 ? nextHeaderOf(packet) : NextHeader.NONE;
  return next === NextHeader.TCP || next === NextHeader.UDP;
}

/** The longest headers of a candidate: 40 octets of IPv6, 60 of TCP. */
const LONGEST_HEADERS = 100;

/**
 * The bits of their headers that the segments of one super-packet have in common: all but the lengths, the checksum, and
 * TCP's sequence number and PSH. That covers the flow, traffic class (ECN included), flow label, hop limit, and TCP's
 * acknowledgment, window and options with their timestamps.
 */
export class HeaderMask {
  static #tcp: HeaderMask | undefined;
  static #udp: HeaderMask | undefined;
  readonly #bits = packetMemory(LONGEST_HEADERS).fill(0xff);
  readonly #isVector = isPacketMemory(this.#bits);

  /** The mask for candidates of `protocol`. */
  static of(protocol: number): HeaderMask {
    if (protocol === NextHeader.UDP) {
      return this.#udp ??= new HeaderMask().#without(UDP.LENGTH, 2).#without(UDP.CHECKSUM, 2);
    }
    return this.#tcp ??= new HeaderMask().#without(TCP.SEQUENCE, 4).#without(TCP.CHECKSUM, 2)
      .#without(TCP.FLAGS, 1, ~TcpFlag.PSH);
  }

  private constructor() {
    this.#without(PAYLOAD_LENGTH - TRANSPORT, 2);
  }

  /** Whether the headers at `start` of `one` and of the candidate `other`, `length` octets, are alike. */
  isSame(
    one: Uint8Array,
    start: number,
    other: Uint8Array,
    length: number,
    areVectors: boolean,
  ): boolean {
    const bits = this.#bits;
    if (areVectors && this.#isVector) return isSameUnder(bits, one, start, other, length);
    for (let i = 0; i < length; i++) {
      if (((one[start + i]! ^ other[i]!) & bits[i]!) !== 0) return false;
    }
    return true;
  }

  /** Leaves octets of the transport's header out, or some of their bits. */
  #without(offset: number, length: number, others = 0): this {
    const at = TRANSPORT + offset;
    this.#bits.fill(others, at, at + length);
    return this;
  }
}
