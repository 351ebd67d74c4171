/**
 * Splitting a super-packet into packets that the link can carry.
 *
 *     super-packet:  headers | data data data da
 *
 *     segments:      headers' | data | headers' | data | headers' | data | headers' | da
 *
 * The copies of the headers differ in
 *
 * - the lengths of IPv6 and UDP;
 * - TCP's sequence number and flags: only the last segment has FIN and PSH, only the first has CWR
 *   (RFC 3168 §6.1.2);
 * - the checksum.
 *
 * @module
 */

import { addToSum, copyAndAddToSum } from "../wire/checksum.ts";
import { IPV6_HEADER_LENGTH, isIpv6Packet, NextHeader } from "../wire/ipv6_header.ts";
import { getU16, getU32, setU16, setU32 } from "../memory/octets.ts";
import { isPacketMemory, vectorCopyAndSum } from "../memory/packet_memory.ts";
import { checksumOf, complement } from "./partial_checksum.ts";
import {
  isTransportAt,
  TCP,
  TCP_HEADER_LENGTH,
  TcpFlag,
  tcpHeaderLength,
  UDP,
  UDP_HEADER_LENGTH,
} from "./transport_header.ts";
import { KIND_ECN, NEEDS_CHECKSUM, SegmentKind, type VirtioHeader } from "./virtio_header.ts";

const PAYLOAD_LENGTH = 4;

/**
 * Splits one super-packet, and is reused for the next. It holds no segments and allocates nothing,
 * so that a super-packet of any size can be written out piece by piece.
 */
export class Segmentation {
  #memory: Uint8Array = new Uint8Array(0);
  #isVector = false;
  /** Where the super-packet begins there. */
  #start = 0;
  /** Length of all headers; the data follows them. */
  #headerLength = 0;
  /** Where TCP's or UDP's header begins, from the start of the packet. */
  #transport = 0;
  #isTcp = false;
  #segmentSize = 0;
  /** Data written so far and in total, in octets. */
  #done = 0;
  #dataLength = 0;
  /** The sum of what all segments' checksums have in common. */
  #commonSum = 0;
  #sequence = 0;
  /** TCP's length of header, reserved bits and flags, one word. */
  #flags = 0;

  /**
   * Begins with the super-packet of `length` octets at `start` of `memory`, which must stay there
   * unchanged until the last segment is written.
   *
   * @returns false when it cannot be split: it is an ordinary packet, neither TCP nor UDP over
   * IPv6, or malformed
   */
  begin(memory: Uint8Array, start: number, length: number, header: VirtioHeader): boolean {
    if (header.kind === SegmentKind.NONE) return false;
    const packet = memory.subarray(start, start + length);
    const headerLength = headerLengthOf(packet, header);
    if (headerLength === 0 || headerLength >= length) return false;
    const transport = header.checksumStart;
    this.#memory = memory;
    this.#isVector = isPacketMemory(memory);
    this.#start = start;
    this.#headerLength = headerLength;
    this.#transport = transport;
    this.#isTcp = header.kind !== SegmentKind.UDP;
    this.#segmentSize = header.segmentSize;
    this.#done = 0;
    this.#dataLength = length - headerLength;
    // The checksum field counts with the pseudo-header's sum that it holds. The kernel has made
    // that of the final destination, which behind a routing header is not the one in the packet
    // (RFC 8200 §8.1), and of a length that only the super-packet has.
    let sum = addToSum(packet, transport, headerLength - transport) +
      complement(length - transport);
    if (this.#isTcp) {
      this.#sequence = getU32(packet, transport + TCP.SEQUENCE);
      this.#flags = getU16(packet, transport + TCP.HEADER_WORDS);
      sum += complement(this.#flags) + complement(wordsOf(this.#sequence));
    } else {
      sum += complement(getU16(packet, transport + UDP.LENGTH));
    }
    this.#commonSum = sum;
    return true;
  }

  /** Whether segments are left. */
  get hasMore(): boolean {
    return this.#done < this.#dataLength;
  }

  /** Octets of the next segment; meaningful while there is one. */
  get nextLength(): number {
    return this.#headerLength + Math.min(this.#segmentSize, this.#dataLength - this.#done);
  }

  /** Writes the next segment at `offset` of the same memory. */
  writeNext(offset: number): void {
    const memory = this.#memory;
    const headerLength = this.#headerLength;
    const done = this.#done;
    const length = Math.min(this.#segmentSize, this.#dataLength - done);
    this.#done = done + length;

    const data = this.#start + headerLength + done;
    const sum = this.#commonSum + this.#copyAndSum(offset + headerLength, data, length);
    this.#copyAndSum(offset, this.#start, headerLength);

    setU16(memory, offset + PAYLOAD_LENGTH, headerLength + length - IPV6_HEADER_LENGTH);
    const transport = offset + this.#transport;
    const upperLength = headerLength - this.#transport + length;
    if (this.#isTcp) this.#finishTcp(memory, transport, done, sum + upperLength);
    else finishUdp(memory, transport, upperLength, sum + upperLength);
  }

  #copyAndSum(to: number, from: number, length: number): number {
    const memory = this.#memory;
    return this.#isVector
      ? vectorCopyAndSum(memory, to, memory, from, length)
      : copyAndAddToSum(memory, to, memory, from, length);
  }

  #finishTcp(bytes: Uint8Array, transport: number, done: number, sum: number): void {
    const sequence = (this.#sequence + done) >>> 0;
    let flags = this.#flags;
    if (done > 0) flags &= ~TcpFlag.CWR;
    if (this.hasMore) flags &= ~(TcpFlag.FIN | TcpFlag.PSH);
    setU32(bytes, transport + TCP.SEQUENCE, sequence);
    setU16(bytes, transport + TCP.HEADER_WORDS, flags);
    setU16(bytes, transport + TCP.CHECKSUM, checksumOf(sum + wordsOf(sequence) + flags));
  }
}

function finishUdp(bytes: Uint8Array, transport: number, length: number, sum: number): void {
  setU16(bytes, transport + UDP.LENGTH, length);
  setU16(bytes, transport + UDP.CHECKSUM, checksumOf(sum + length));
}

/** Length of all headers of a super-packet that can be split, otherwise 0. */
function headerLengthOf(packet: Uint8Array, header: VirtioHeader): number {
  const { flags, kind, segmentSize, checksumStart: transport, checksumOffset } = header;
  if ((flags & NEEDS_CHECKSUM) === 0 || segmentSize === 0 || !isIpv6Packet(packet)) return 0;
  switch (kind) {
    case SegmentKind.TCP6:
    case SegmentKind.TCP6 | KIND_ECN: {
      if (checksumOffset !== TCP.CHECKSUM) return 0;
      if (transport + TCP_HEADER_LENGTH > packet.length) return 0;
      if (!isTransportAt(packet, transport, NextHeader.TCP)) return 0;
      const length = tcpHeaderLength(packet, transport);
      return length < TCP_HEADER_LENGTH ? 0 : transport + length;
    }
    case SegmentKind.UDP:
      if (checksumOffset !== UDP.CHECKSUM) return 0;
      if (!isTransportAt(packet, transport, NextHeader.UDP)) return 0;
      return transport + UDP_HEADER_LENGTH;
    default:
      return 0;
  }
}

/** The sum of a 32-bit number's two words. */
function wordsOf(value: number): number {
  return (value >>> 16) + (value & 0xffff);
}
