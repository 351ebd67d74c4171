/**
 * Segmentation and coalescing of offload/: splitting what was joined gives the packets back, and
 * nothing grows.
 *
 * @module
 */

import { packetMemory } from "../../../memory/packet_memory.ts";
import { Coalescer } from "../../../offload/coalescer.ts";
import { completeChecksum } from "../../../offload/partial_checksum.ts";
import { Segmentation } from "../../../offload/segmentation.ts";
import {
  newVirtioHeader,
  readVirtioHeader,
  VIRTIO_HEADER_LENGTH,
  type VirtioHeader,
} from "../../../offload/virtio_header.ts";
import { ACK, data, FIN, PSH, tcp, udp } from "../../offload/packets.ts";
import { Choices } from "../choices.ts";
import { type FuzzTarget, hold, holdSame } from "../target.ts";

const ROOM = 80_000;
const plain = new Uint8Array(ROOM);
const vector = packetMemory(ROOM);
const split = new Segmentation();

/** Octets of a segment with its headers at most: those of IPv6, TCP and its options. */
const MOST_HEADERS = 65_535;

/** The segments of a frame, each shown for the duration of a call. */
function eachSegment(
  memory: Uint8Array,
  length: number,
  header: VirtioHeader,
  show: (segment: Uint8Array) => void,
): boolean {
  if (!split.begin(memory, 0, length, header)) return false;
  const most = Math.ceil(length / Math.max(1, header.segmentSize));
  let count = 0;
  while (split.hasMore) {
    hold(++count <= most, "More segments than the data makes");
    const next = split.nextLength;
    hold(next <= Math.min(length, MOST_HEADERS), "A segment is longer than the whole");
    if (length + next > memory.length) return true;
    split.writeNext(length);
    show(memory.subarray(length, length + next));
  }
  return true;
}

/** A frame as the kernel may hand it over, or as a liar would. */
function segment(input: Uint8Array): void {
  if (input.length < VIRTIO_HEADER_LENGTH) return;
  const header = newVirtioHeader();
  readVirtioHeader(input, 0, header);
  const packet = input.subarray(VIRTIO_HEADER_LENGTH);
  const seen: Uint8Array[][] = [[], []];
  for (const [i, memory] of [plain, vector].entries()) {
    memory.set(packet);
    eachSegment(memory, packet.length, header, (octets) => seen[i]!.push(octets.slice()));
    holdSame(memory.subarray(0, packet.length), packet, "The super-packet is changed");
  }
  hold(seen[0]!.length === seen[1]!.length, "Packet memory makes other segments");
  for (const [i, octets] of seen[0]!.entries()) holdSame(seen[1]![i]!, octets, "Packet memory");
  completeChecksum(packet.slice(), header);
}

/** Packets of a few flows, some of them odd. */
function packetsFrom(choices: Choices): Uint8Array[] {
  const sequences = [1_000, 2 ** 32 - 300, 5_000];
  const packets: Uint8Array[] = [];
  while (choices.hasMore && packets.length < 40) {
    const flow = choices.below(3);
    const content = data(choices.of([100, 100, 100, 101, 40, 0, 1, 256]), packets.length);
    if (choices.oneIn(5)) {
      packets.push(udp(content));
      continue;
    }
    const flags = choices.of([ACK, ACK, ACK, ACK | PSH, ACK | FIN, choices.octet()]);
    const packet = tcp({
      sequence: sequences[flow]!,
      sourcePort: 5_000 + flow,
      flags,
      data: content,
    });
    if (choices.oneIn(12)) packet[choices.below(packet.length)]! ^= 1 << choices.below(8);
    else sequences[flow] = (sequences[flow]! + content.length) % 2 ** 32;
    packets.push(choices.oneIn(24) ? packet.subarray(0, choices.octet()) : packet);
  }
  return packets;
}

/** What comes out of a coalescer: packets, in each flow's order. */
function coalesced(packets: readonly Uint8Array[], gathersUdp: boolean): string[] {
  const out: string[] = [];
  const coalescer = new Coalescer({
    frame(memory, length, count) {
      const header = newVirtioHeader();
      readVirtioHeader(memory, 0, header);
      const whole = memory.slice(VIRTIO_HEADER_LENGTH, length);
      plain.set(whole);
      const before = out.length;
      if (!eachSegment(plain, whole.length, header, (each) => out.push(each.toHex()))) {
        completeChecksum(whole, header);
        out.push(whole.toHex());
      }
      hold(out.length - before === count, `${count} packets became ${out.length - before}`);
    },
  }, gathersUdp);
  for (const packet of packets) coalescer.add(packet);
  coalescer.flush();
  coalescer.close();
  return out;
}

/** Frames of a kernel with segmentation offload. */
export const SEGMENTATION: FuzzTarget = {
  name: "segmentation",
  seeds: [
    frame(4, 60, 100, 16, tcp({ data: data(350) })),
    frame(5, 48, 100, 6, udp(data(350))),
    frame(4, 60, 1, 16, tcp({ data: data(20), flags: ACK | FIN | PSH | 0x80 })),
    frame(0, 0, 0, 0, udp(data(20))),
  ],
  words: [
    Uint8Array.of(1, 4),
    Uint8Array.of(1, 5),
    Uint8Array.of(1, 0x84),
    Uint8Array.of(40, 0, 16),
  ],
  maxLength: 600,
  stressLength: 65_535,
  run: segment,
};

function frame(
  kind: number,
  headers: number,
  size: number,
  offset: number,
  packet: Uint8Array,
): Uint8Array {
  const octets = new Uint8Array(VIRTIO_HEADER_LENGTH + packet.length);
  octets.set([kind === 0 ? 0 : 1, kind, headers, 0, size, 0, kind === 0 ? 0 : 40, 0, offset, 0]);
  octets.set(packet, VIRTIO_HEADER_LENGTH);
  return octets;
}

/** Packets on their way to a kernel with segmentation offload. */
export const COALESCING: FuzzTarget = {
  name: "coalescing",
  seeds: [data(60), data(120, 7), new Uint8Array(90)],
  words: [],
  maxLength: 200,
  stressLength: 0,
  run(input) {
    const choices = new Choices(input);
    const gathersUdp = choices.oneIn(2);
    const packets = packetsFrom(choices);
    const expected = packets.map((each) => each.toHex()).sort();
    const actual = coalesced(packets, gathersUdp).sort();
    hold(actual.length === expected.length, `${expected.length} packets became ${actual.length}`);
    for (const [i, each] of expected.entries()) {
      hold(each === actual[i], `A packet came out as ${actual[i]}, not ${each}`);
    }
  },
};
