/**
 * What the headers of a super-packet's segments have in common.
 *
 * @module
 */

import { NextHeader } from "../wire/ipv6_header.ts";
import { isPacketMemory, isSameUnder, packetMemory } from "../memory/packet_memory.ts";
import { TRANSPORT } from "./candidate.ts";
import { TCP, TcpFlag, UDP } from "./transport_header.ts";

const PAYLOAD_LENGTH = 4;

/** The longest headers of a candidate: 40 octets of IPv6, 60 of TCP. */
const LONGEST_HEADERS = 100;

/** Octets of the transport header that differ between segments, except for the bits in `others`. */
interface Own {
  readonly offset: number;
  readonly length: number;
  readonly others?: number;
}

const OF_A_DATAGRAM: readonly Own[] = [
  { offset: UDP.LENGTH, length: 2 },
  { offset: UDP.CHECKSUM, length: 2 },
];

const OF_A_SEGMENT: readonly Own[] = [
  { offset: TCP.SEQUENCE, length: 4 },
  { offset: TCP.FLAGS, length: 1, others: ~TcpFlag.PSH },
  { offset: TCP.CHECKSUM, length: 2 },
];

/**
 * The header bits that the segments of one super-packet have in common: all but the lengths, the
 * checksum, and TCP's sequence number and PSH. That covers the flow, traffic class (ECN included),
 * flow label, hop limit, and TCP's acknowledgment, window and options with their timestamps.
 */
export class HeaderMask {
  static #tcp: HeaderMask | undefined;
  static #udp: HeaderMask | undefined;
  readonly #bits = packetMemory(LONGEST_HEADERS).fill(0xff);
  readonly #isVector = isPacketMemory(this.#bits);

  /** The mask for candidates of `protocol`. */
  static of(protocol: number): HeaderMask {
    return protocol === NextHeader.UDP
      ? this.#udp ??= new HeaderMask(OF_A_DATAGRAM)
      : this.#tcp ??= new HeaderMask(OF_A_SEGMENT);
  }

  private constructor(own: readonly Own[]) {
    this.#bits.fill(0, PAYLOAD_LENGTH, PAYLOAD_LENGTH + 2);
    for (const { offset, length, others = 0 } of own) {
      this.#bits.fill(others, TRANSPORT + offset, TRANSPORT + offset + length);
    }
  }

  /**
   * Whether the headers at `start` of `one` and of the candidate `other`, `length` octets, match.
   *
   * @param areVectors whether both are in packet memory; the caller knows, and finding out is not
   * cheap
   */
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
}
