/**
 * Splitting and coalescing one super-packet of TCP, and the parts that take the time.
 *
 * @module
 */

import { Coalescer } from "../offload/coalescer.ts";
import { Segmentation } from "../offload/segmentation.ts";
import { SegmentKind } from "../offload/virtio_header.ts";
import { addToSum } from "../wire/checksum.ts";
import { superHeader } from "../tests/offload/frames.ts";
import { data, leaveChecksum, tcp, TCP_PROTOCOL } from "../tests/offload/packets.ts";

/** What Linux has in each segment: two no-operations and timestamps. */
const TIMESTAMPS = [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8];

const SEGMENTS = 53;

/** Where the super-packet is in memory, and its segments. */
const PACKET_START = 16;
const SEGMENTS_START = 64 * 1024 + 16;

for (const size of [1208, 1207]) {
  const packet = leaveChecksum(
    tcp({ options: TIMESTAMPS, data: data(SEGMENTS * size) }),
    TCP_PROTOCOL,
  );
  const header = superHeader(SegmentKind.TCP6, size);
  const memory = new Uint8Array(SEGMENTS_START + 256 * 1024);
  memory.set(packet, PACKET_START);
  const segmentation = new Segmentation();
  const length = 72 + size;

  const split = () => {
    segmentation.begin(memory, PACKET_START, packet.length, header);
    for (let offset = SEGMENTS_START; segmentation.hasMore; offset += length) {
      segmentation.writeNext(offset);
    }
  };
  split();
  const segments = Array.from(
    { length: SEGMENTS },
    (_, i) => memory.subarray(SEGMENTS_START + i * length, SEGMENTS_START + (i + 1) * length),
  );
  let frames = 0;
  const coalescer = new Coalescer({ frame: () => void frames++ }, true);
  const coalesce = () => {
    for (const segment of segments) coalescer.add(segment);
    coalescer.flush();
  };
  coalesce();
  if (frames !== 1) throw new Error(`${SEGMENTS} segments make ${frames} frames`);

  const group = `${SEGMENTS} segments of ${size} octets`;
  Deno.bench({ name: "split", group, fn: split });
  Deno.bench({ name: "coalesce", group, fn: coalesce });
  Deno.bench({
    name: "their data copied and summed",
    group,
    fn: () => {
      for (let i = 0; i < SEGMENTS; i++) {
        const start = 88 + i * size;
        const offset = SEGMENTS_START + i * length + 72;
        memory.copyWithin(offset, start, start + size);
        addToSum(memory, offset, size);
      }
    },
  });
}
