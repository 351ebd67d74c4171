/**
 * Splitting and coalescing with everything copied, for the tests of offload/.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { giveBack, isPacketMemory, packetMemory } from "../../memory/packet_memory.ts";
import { Coalescer } from "../../offload/coalescer.ts";
import { completeChecksum } from "../../offload/partial_checksum.ts";
import { Segmentation } from "../../offload/segmentation.ts";
import {
  NEEDS_CHECKSUM,
  newVirtioHeader,
  readVirtioHeader,
  SegmentKind,
  VIRTIO_HEADER_LENGTH,
  type VirtioHeader,
} from "../../offload/virtio_header.ts";

/** A packet or super-packet with what stands before it. */
export interface Frame {
  readonly header: VirtioHeader;
  readonly packet: Uint8Array;
  /** How many packets it is said to be made of. */
  readonly packets: number;
}

/**
 * Runs packets through a coalescer, in one pass; from packet memory and from elsewhere, which makes
 * no difference.
 */
export function coalesce(packets: readonly Uint8Array[], gathersUdp = true): Frame[] {
  const memory = packetMemory(70_000);
  assert(isPacketMemory(memory));
  const frames = coalesceFrom(memory, packets, gathersUdp);
  giveBack(memory);
  assertEquals(coalesceFrom(new Uint8Array(70_000), packets, gathersUdp), frames);
  return frames;
}

/** @param lent where packets stand while the coalescer sees them, and are overwritten at once */
function coalesceFrom(
  lent: Uint8Array,
  packets: readonly Uint8Array[],
  gathersUdp: boolean,
): Frame[] {
  const frames: Frame[] = [];
  const coalescer = new Coalescer({
    frame(memory, length, count) {
      const header = newVirtioHeader();
      readVirtioHeader(memory, 0, header);
      const packet = memory.slice(VIRTIO_HEADER_LENGTH, length);
      frames.push({ header, packet, packets: count });
    },
  }, gathersUdp);
  for (const [i, packet] of packets.entries()) {
    const view = lent.subarray(i % 8, i % 8 + packet.length);
    view.set(packet);
    coalescer.add(view);
    lent.fill(0xee);
  }
  coalescer.flush();
  coalescer.close();
  return frames;
}

/** The header of a super-packet whose upper layer begins at `start`. */
export function superHeader(
  kind: number,
  segmentSize: number,
  start = 40,
  changes: Partial<VirtioHeader> = {},
): VirtioHeader {
  return {
    flags: NEEDS_CHECKSUM,
    kind,
    headerLength: 0,
    segmentSize,
    checksumStart: start,
    checksumOffset: kind === SegmentKind.UDP ? 6 : 16,
    ...changes,
  };
}

/** Where super-packets are split: packet memory, and other memory. */
const places = [packetMemory(4 * 1024 * 1024), new Uint8Array(4 * 1024 * 1024)];

/**
 * Splits a super-packet, in packet memory and elsewhere, which makes no difference; `undefined`
 * where that is declined.
 */
export function split(packet: Uint8Array, header: VirtioHeader): Uint8Array[] | undefined {
  const [segments, others] = places.map((memory) => splitIn(memory, packet, header));
  assertEquals(others, segments);
  return segments;
}

/** The segments end where the next begins. */
function splitIn(
  memory: Uint8Array,
  packet: Uint8Array,
  header: VirtioHeader,
): Uint8Array[] | undefined {
  memory.set(packet, 16);
  const segmentation = new Segmentation();
  if (!segmentation.begin(memory, 16, packet.length, header)) return undefined;
  const segments: Uint8Array[] = [];
  let offset = 16 + packet.length;
  while (segmentation.hasMore) {
    const length = segmentation.nextLength;
    segmentation.writeNext(offset);
    segments.push(memory.slice(offset, offset + length));
    offset += length;
  }
  return segments;
}

/** The packets that a frame stands for. */
export function packetsOf({ header, packet }: Frame): Uint8Array[] {
  const segments = split(packet, header);
  if (segments !== undefined) return segments;
  completeChecksum(packet, header);
  return [packet];
}
