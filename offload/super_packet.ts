/**
 * A super-packet that grows by one segment at a time.
 *
 *     6  virtio header (10)     16  headers     16 + headers  data data data da
 *
 * It starts at an offset that aligns the packet's headers, and with them the data, to words.
 *
 * @module
 */

import { addToSum, copyAndAddToSum, foldSum } from "../wire/checksum.ts";
import { IPV6_HEADER_LENGTH, NextHeader, SOURCE } from "../wire/ipv6_header.ts";
import { getU16, getU32, setU16 } from "../memory/octets.ts";
import {
  giveBack,
  isPacketMemory,
  packetMemory,
  vectorCopyAndSum,
} from "../memory/packet_memory.ts";
import { isSameFlow, isSamePair, TRANSPORT } from "./candidate.ts";
import { HeaderMask } from "./header_mask.ts";
import { complement } from "./partial_checksum.ts";
import { TCP, TcpFlag, UDP } from "./transport_header.ts";
import {
  clearVirtioHeader,
  NEEDS_CHECKSUM,
  newVirtioHeader,
  SegmentKind,
  VIRTIO_HEADER_LENGTH,
  writeVirtioHeader,
} from "./virtio_header.ts";

/** Where the virtio header begins, and the packet. */
const FRAME = 6;
const PACKET = FRAME + VIRTIO_HEADER_LENGTH;

/** A super-packet grows up to this many octets: the kernel's own limit for most interfaces. */
const LONGEST = 65_535;

/** The longest candidate: 40 octets of header, 65,535 of payload. It stays alone. */
const LONGEST_SINGLE = IPV6_HEADER_LENGTH + 65_535;

/** The most datagrams in one super-packet: older kernels refuse more (UDP_MAX_SEGMENTS). */
const MOST_DATAGRAMS = 64;

const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const TCP_SEQUENCE = TRANSPORT + TCP.SEQUENCE;
const TCP_FLAGS = TRANSPORT + TCP.FLAGS;
const TCP_CHECKSUM = TRANSPORT + TCP.CHECKSUM;
const UDP_LENGTH = TRANSPORT + UDP.LENGTH;
const UDP_CHECKSUM = TRANSPORT + UDP.CHECKSUM;

/** Takes frames: a virtio header and a packet. Each is lent for the duration of the call. */
export interface FrameReceiver {
  /**
   * @param memory begins with the frame
   * @param length the frame's length in octets
   * @param packets how many packets were merged into this one
   */
  frame(memory: Uint8Array, length: number, packets: number): void;
}

/** A super-packet of one flow, or an empty one; it is reused for the next flow. */
export class SuperPacket {
  /** Segments in it; 0 while it is free. */
  count = 0;
  /** The key of its flow; see `flowKeyOf`. */
  key = 0;
  readonly #memory = packetMemory(PACKET + LONGEST_SINGLE);
  readonly #isVector = isPacketMemory(this.#memory);
  /** Made once: a view for each packet costs as much as its copy. */
  readonly #frame = this.#memory.subarray(FRAME);
  readonly #header = newVirtioHeader();
  /** Octets of the packet, all headers included. */
  #length = 0;
  #headerLength = 0;
  /** Octets of data in each segment but the last. */
  #segmentSize = 0;
  #nextSequence = 0;
  #isTcp = false;
  #mask = HeaderMask.of(NextHeader.TCP);
  /** Whether no more segments may follow. */
  #isComplete = false;
  /** Whether the first segment's checksum is right, which matters once another one follows. */
  #isVerified = false;
  /** The sum of what the checksums of all segments have in common. */
  #commonSum = 0;

  /** Whether nothing more fits, so that it should go out now. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Whether `packet`, which shows its ports, belongs to the same flow. */
  hasFlowOf(packet: Uint8Array): boolean {
    return isSameFlow(this.#memory, PACKET, packet);
  }

  /** Whether `packet` goes between the same two addresses. */
  hasPairOf(packet: Uint8Array): boolean {
    return isSamePair(this.#memory, PACKET, packet);
  }

  /**
   * Begins with a candidate of the flow with that key. If its checksum is wrong it stays alone, for
   * the kernel to judge.
   */
  begin(packet: Uint8Array, headerLength: number, key: number): void {
    const { length } = packet;
    this.#memory.set(packet, PACKET);
    this.count = 1;
    this.key = key;
    this.#length = length;
    this.#headerLength = headerLength;
    this.#segmentSize = length - headerLength;
    this.#isTcp = packet[NEXT_HEADER] === NextHeader.TCP;
    this.#mask = HeaderMask.of(packet[NEXT_HEADER]!);
    this.#isVerified = false;
    this.#isComplete = this.#isTcp && isPushed(packet);
    if (this.#isTcp) this.#nextSequence = getU32(packet, TCP_SEQUENCE) + this.#segmentSize;
  }

  /**
   * Adds a candidate.
   *
   * @returns false if it cannot follow: it has another flow, another sequence number, more data
   * than the others, a different header or a wrong checksum, or there is no room. Nothing has
   * changed then.
   */
  append(packet: Uint8Array, headerLength: number): boolean {
    const { length } = packet;
    const size = length - headerLength;
    if (this.#isComplete || headerLength !== this.#headerLength || size > this.#segmentSize) {
      return false;
    }
    if (this.#length + size > LONGEST) return false;
    if (this.#isTcp && getU32(packet, TCP_SEQUENCE) !== this.#nextSequence >>> 0) return false;
    const memory = this.#memory;
    const areVectors = this.#isVector && isPacketMemory(packet);
    if (!this.#mask.isSame(memory, PACKET, packet, headerLength, areVectors)) return false;
    if (!this.#isVerified && !this.#verify()) return false;

    const headerSum = this.#commonSum + this.#ownSum(packet, 0) + length - IPV6_HEADER_LENGTH;
    // Octets copied beyond the end do not count until the length covers them.
    const place = PACKET + this.#length;
    const sum = areVectors
      ? vectorCopyAndSum(memory, place, packet, headerLength, size)
      : copyAndAddToSum(memory, place, packet, headerLength, size);
    if (foldSum(headerSum + sum) !== 0xffff) return false;

    this.count++;
    this.#length += size;
    this.#nextSequence += size;
    if (size < this.#segmentSize) this.#isComplete = true;
    if (this.#isTcp) {
      if (!isPushed(packet)) return true;
      this.#memory[PACKET + TCP_FLAGS]! |= TcpFlag.PSH;
      this.#isComplete = true;
    } else if (this.count === MOST_DATAGRAMS) this.#isComplete = true;
    return true;
  }

  /**
   * Sums up the first segment: most packets of many flows have no other, and need no sum. True if
   * its checksum is right; otherwise nothing may follow.
   */
  #verify(): boolean {
    const memory = this.#memory;
    const headerLength = this.#headerLength;
    const headerSum = addToSum(
      memory,
      PACKET + SOURCE,
      headerLength - SOURCE,
      memory[PACKET + NEXT_HEADER]!,
    );
    const upperLength = this.#length - IPV6_HEADER_LENGTH;
    const size = this.#length - headerLength;
    const sum = addToSum(memory, PACKET + headerLength, size, headerSum + upperLength);
    this.#commonSum = headerSum + complement(this.#ownSum(memory, PACKET));
    this.#isVerified = foldSum(sum) === 0xffff;
    this.#isComplete = !this.#isVerified;
    return this.#isVerified;
  }

  /** Hands it over, and is free for another. A single segment goes out as it came. */
  release(receiver: FrameReceiver): void {
    const { count } = this;
    if (count === 0) return;
    if (count === 1) clearVirtioHeader(this.#memory, FRAME);
    else this.#finish();
    this.count = 0;
    receiver.frame(this.#frame, VIRTIO_HEADER_LENGTH + this.#length, count);
  }

  /** Gives its memory back; it must not be used afterwards. */
  close(): void {
    this.count = 0;
    giveBack(this.#memory);
  }

  /** The sum of the header words that a candidate does not share with its flow. */
  #ownSum(bytes: Uint8Array, start: number): number {
    return this.#isTcp
      ? getU16(bytes, start + TCP_SEQUENCE) + getU16(bytes, start + TCP_SEQUENCE + 2) +
        bytes[start + TCP_FLAGS]! + getU16(bytes, start + TCP_CHECKSUM)
      : getU16(bytes, start + UDP_LENGTH) + getU16(bytes, start + UDP_CHECKSUM);
  }

  /** Writes the headers of the whole: the lengths, and a checksum that the kernel is to finish. */
  #finish(): void {
    const bytes = this.#memory;
    const upperLength = this.#length - IPV6_HEADER_LENGTH;
    setU16(bytes, PACKET + PAYLOAD_LENGTH, upperLength);
    const checksum = this.#isTcp ? TCP_CHECKSUM : UDP_CHECKSUM;
    if (!this.#isTcp) setU16(bytes, PACKET + UDP_LENGTH, upperLength);
    const pseudo = addToSum(bytes, PACKET + SOURCE, TRANSPORT - SOURCE) +
      bytes[PACKET + NEXT_HEADER]! + upperLength;
    setU16(bytes, PACKET + checksum, foldSum(pseudo));

    const header = this.#header;
    header.flags = NEEDS_CHECKSUM;
    header.kind = this.#isTcp ? SegmentKind.TCP6 : SegmentKind.UDP;
    header.headerLength = this.#headerLength;
    header.segmentSize = this.#segmentSize;
    header.checksumStart = TRANSPORT;
    header.checksumOffset = checksum - TRANSPORT;
    writeVirtioHeader(bytes, FRAME, header);
  }
}

function isPushed(packet: Uint8Array): boolean {
  return (packet[TCP_FLAGS]! & TcpFlag.PSH) !== 0;
}
