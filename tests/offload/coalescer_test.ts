import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { getU16 } from "../../memory/octets.ts";
import { newVirtioHeader, SegmentKind } from "../../offload/virtio_header.ts";
import { coalesce, packetsOf, split, superHeader } from "./frames.ts";
import {
  ACK,
  CWR,
  data,
  destinationOptions,
  ECE,
  FIN,
  hex,
  leaveChecksum,
  PSH,
  RST,
  SYN,
  tcp,
  TCP_PROTOCOL,
  type TcpFields,
  udp,
  UDP_PROTOCOL,
  URG,
} from "./packets.ts";

const ORDINARY = newVirtioHeader();

/** `count` consecutive segments of 100 octets. */
function stream(count: number, fields: TcpFields = {}, first = 1000): Uint8Array[] {
  return Array.from(
    { length: count },
    (_, i) => tcp({ ...fields, sequence: (first + 100 * i) % 2 ** 32, data: data(100, i) }),
  );
}

/** How many packets each frame is made of. */
function shape(packets: readonly Uint8Array[], gathersUdp = true): number[] {
  return coalesce(packets, gathersUdp).map((frame) => frame.packets);
}

Deno.test("coalesce: consecutive segments become one, with the checksum left to the kernel", () => {
  const [frame, ...none] = coalesce(stream(3));
  assertEquals(none, []);
  assertEquals(frame!.packets, 3);
  assertEquals(frame!.header, {
    flags: 1,
    kind: SegmentKind.TCP6,
    headerLength: 60,
    segmentSize: 100,
    checksumStart: 40,
    checksumOffset: 16,
  });
  const whole = new Uint8Array([...data(100, 0), ...data(100, 1), ...data(100, 2)]);
  assertEquals(frame!.packet, leaveChecksum(tcp({ data: whole }), TCP_PROTOCOL));
});

Deno.test("coalesce: datagrams become one if the kernel takes that, and otherwise pass unchanged", () => {
  const datagrams = [udp(data(200, 1)), udp(data(200, 2)), udp(data(150, 3)), udp(data(150, 4))];
  const [frame, last, ...none] = coalesce(datagrams);
  assertEquals([frame!.packets, last!.packets, none.length], [3, 1, 0]);
  assertEquals(frame!.header, {
    flags: 1,
    kind: SegmentKind.UDP,
    headerLength: 48,
    segmentSize: 200,
    checksumStart: 40,
    checksumOffset: 6,
  });
  const whole = new Uint8Array([...data(200, 1), ...data(200, 2), ...data(150, 3)]);
  assertEquals(frame!.packet, leaveChecksum(udp(whole), UDP_PROTOCOL));
  assertEquals(last!.packet, datagrams[3]);
  assertEquals(shape(datagrams, false), [1, 1, 1, 1]);
});

Deno.test("coalesce: a shorter segment is the last, a longer one begins the next super-packet", () => {
  const sizes = (...lengths: number[]) => {
    let sequence = 1;
    return lengths.map((length) => {
      const packet = tcp({ sequence, data: data(length) });
      sequence += length;
      return packet;
    });
  };
  assertEquals(shape(sizes(100, 100, 50)), [3]);
  assertEquals(shape(sizes(100, 50, 50, 50)), [2, 2]);
  assertEquals(shape(sizes(50, 100, 100)), [1, 2]);
});

Deno.test("coalesce: a segment with PSH is the last, and the whole has PSH", () => {
  const [one, two, three] = stream(3);
  const pushed = tcp({ sequence: 1100, data: data(100, 1), flags: ACK | PSH });
  const frames = coalesce([one!, pushed, three!]);
  assertEquals(frames.map((frame) => frame.packets), [2, 1]);
  assertEquals(frames[0]!.packet[53], ACK | PSH);
  assertEquals(packetsOf(frames[0]!), [one, pushed]);
  assertEquals(shape([tcp({ flags: ACK | PSH }), two!]), [1, 1]);
});

Deno.test("coalesce: out of order, lost and repeated segments pass in the order they came", () => {
  const [one, two, three, four] = stream(4) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const cases = [
    { packets: [one, three, two, four], shape: [1, 1, 1, 1] },
    { packets: [one, two, four], shape: [2, 1] },
    { packets: [one, one, two], shape: [1, 2] },
    { packets: [three, four, one, two], shape: [2, 2] },
  ];
  for (const each of cases) {
    assertEquals(shape(each.packets), each.shape);
    assertEquals(coalesce(each.packets).flatMap(packetsOf), each.packets);
  }
});

Deno.test("coalesce: sequence numbers wrap around", () => {
  assertEquals(shape(stream(4, {}, 2 ** 32 - 150)), [4]);
});

Deno.test("coalesce: segments with different headers stay apart", () => {
  const first = tcp({ options: [8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1] });
  const next = { sequence: 1100, options: [8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1] };
  assertEquals(shape([first, tcp(next)]), [2]);
  const different: Record<string, TcpFields> = {
    "timestamps": { ...next, options: [8, 10, 0, 0, 0, 1, 0, 0, 0, 3, 1, 1] },
    "options": { ...next, options: [] },
    "acknowledgment": { ...next, acknowledgment: 78 },
    "window": { ...next, window: 502 },
    "urgent pointer": { ...next, urgent: 1 },
    "flow label": { ...next, ip: { flowLabel: 1 } },
    "traffic class": { ...next, ip: { trafficClass: 0xb8 } },
    "ECN": { ...next, ip: { trafficClass: 3 } },
    "hop limit": { ...next, ip: { hopLimit: 63 } },
    "port": { ...next, sourcePort: 1 },
    "source": { ...next, ip: { lastSourceOctet: 9 } },
    "destination": { ...next, ip: { lastDestinationOctet: 9 } },
  };
  for (const [name, fields] of Object.entries(different)) {
    const packets = [first, tcp(fields)];
    assertEquals(coalesce(packets).map(({ packet }) => packet), packets, name);
  }
});

Deno.test("coalesce: segments with the same ECN mark are joined", () => {
  assertEquals(shape(stream(3, { ip: { trafficClass: 3 } })), [3]);
});

Deno.test("coalesce: segments with other flags, without data or otherwise odd pass unchanged, in order", () => {
  const [one, two, three] = stream(3) as [Uint8Array, Uint8Array, Uint8Array];
  const between: Record<string, Uint8Array> = {
    SYN: tcp({ sequence: 1100, flags: ACK | SYN }),
    FIN: tcp({ sequence: 1100, flags: ACK | FIN }),
    RST: tcp({ sequence: 1100, flags: RST }),
    URG: tcp({ sequence: 1100, flags: ACK | URG }),
    ECE: tcp({ sequence: 1100, flags: ACK | ECE }),
    CWR: tcp({ sequence: 1100, flags: ACK | CWR }),
    "Accurate ECN": tcp({ sequence: 1100, reserved: 1 }),
    "no ACK": tcp({ sequence: 1100, flags: PSH }),
    "no data": tcp({ sequence: 1100, data: data(0) }),
    extension: tcp({ sequence: 1100, ip: destinationOptions(TCP_PROTOCOL) }),
  };
  for (const [name, packet] of Object.entries(between)) {
    const packets = [one, packet, two, three];
    const frames = coalesce(packets);
    assertEquals(frames.map((frame) => frame.packets), [1, 1, 2], name);
    assertEquals(frames[1], { header: ORDINARY, packet, packets: 1 }, name);
  }
});

Deno.test("coalesce: packets other than TCP and UDP, and malformed ones, pass unchanged", () => {
  const [one] = stream(1) as [Uint8Array];
  const wrongLength = one.slice();
  wrongLength[5]!++;
  const wrongOffset = one.slice();
  wrongOffset[52] = 0xf0;
  const icmp = one.slice();
  icmp[6] = 58;
  const noChecksum = udp(data(50));
  noChecksum.set([0, 0], 46);
  const wrongUdpLength = udp(data(50));
  wrongUdpLength[45]!--;
  const packets = [
    wrongLength,
    wrongOffset.subarray(0, 90),
    icmp,
    noChecksum,
    noChecksum,
    wrongUdpLength,
    wrongUdpLength,
    udp(data(0)),
    udp(data(0)),
    Uint8Array.of(0x45, 0, 0, 20),
    new Uint8Array(0),
  ];
  assertEquals(
    coalesce(packets),
    packets.map((packet) => ({ header: ORDINARY, packet: packet.slice(), packets: 1 })),
  );
});

Deno.test("coalesce: a wrong checksum is left to the kernel, and spoils no other segment", () => {
  const [one, two, three, four] = stream(4) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const spoilt = two.slice();
  spoilt[80]! ^= 4;
  const frames = coalesce([one, spoilt, three, four]);
  assertEquals(frames.map((frame) => frame.packets), [1, 1, 2]);
  assertEquals(frames[1], { header: ORDINARY, packet: spoilt, packets: 1 });

  const first = one.slice();
  first[10]! ^= 0x80;
  assertEquals(shape([first, tcp({ sequence: 1100 })]), [1, 1], "in an address");
  const datagram = udp(data(50));
  datagram[47]! ^= 1;
  assertEquals(shape([udp(data(50)), datagram, udp(data(50)), udp(data(50))]), [1, 1, 2]);
});

Deno.test("coalesce: flows grow side by side, and make room for one another when there are too many", () => {
  const flows = (count: number) =>
    Array.from({ length: count }, (_, i) => stream(3, { sourcePort: 5000 + i }));
  const interleave = (streams: Uint8Array[][]) =>
    [0, 1, 2].flatMap((i) => streams.map((each) => each[i]!));
  assertEquals(shape(interleave(flows(8))), new Array(8).fill(3));
  const many = interleave(flows(300));
  const frames = coalesce(many);
  const byPort = (packets: Uint8Array[]) =>
    Map.groupBy(packets.map(hex), (text) => text.slice(80, 84));
  assertEquals(byPort(frames.flatMap(packetsOf)), byPort(many));
});

Deno.test("coalesce: an acknowledgment releases only its own flow", () => {
  const [one, two] = stream(2) as [Uint8Array, Uint8Array];
  const acknowledgment = tcp({ sourcePort: 1, data: data(0) });
  assertEquals(shape([one, acknowledgment, two]), [1, 2]);
});

Deno.test("coalesce: a super-packet stays below 64 KiB, and 64 datagrams", () => {
  const long = Array.from(
    { length: 60 },
    (_, i) => tcp({ sequence: 1 + 1220 * i, data: data(1220, i) }),
  );
  const frames = coalesce(long);
  assertEquals(frames.map((frame) => frame.packets), [53, 7]);
  assertEquals(frames.map(({ packet }) => getU16(packet, 4) + 40), [64_720, 8600]);
  assertEquals(frames.flatMap(packetsOf), long);
  assertEquals(shape(new Array(100).fill(udp(data(10)))), [64, 36]);
  const longest = [tcp({ data: data(65_515) }), tcp({ sequence: 66_515, data: data(65_515) })];
  assertEquals(coalesce(longest).map(({ packet }) => packet), longest);
});

Deno.test("coalesce: splitting its super-packets gives the packets that came in, in order", () => {
  const packets = fc.array(
    fc.record({
      kind: fc.constantFrom("tcp", "tcp", "tcp", "udp", "other"),
      port: fc.integer({ min: 1, max: 3 }),
      size: fc.constantFrom(0, 99, 100, 100, 100, 101, 1208),
      skip: fc.constantFrom(0, 0, 0, 0, 100, -100),
      flags: fc.constantFrom(ACK, ACK, ACK, ACK | PSH, ACK | FIN),
      spoil: fc.constantFrom(false, false, false, false, true),
    }),
    { maxLength: 40 },
  );
  fc.assert(fc.property(packets, fc.boolean(), (recipe, gathersUdp) => {
    const sequences = [0, 0, 0, 0];
    const sent = recipe.map(({ kind, port, size, skip, flags, spoil }, i) => {
      const content = data(size, i);
      if (kind === "udp") return spoiled(udp(content, port), spoil);
      if (kind === "other") return tcp({ ip: destinationOptions(TCP_PROTOCOL) });
      const sequence = 5000 + sequences[port]! + skip;
      sequences[port]! += size + skip;
      return spoiled(tcp({ sequence, sourcePort: port, data: content, flags }), spoil);
    });
    const frames = coalesce(sent, gathersUdp);
    assertEquals(frames.map((frame) => frame.packets).reduce((a, b) => a + b, 0), sent.length);
    const received = frames.flatMap((frame) => {
      const packets = packetsOf(frame);
      assertEquals(packets.length, frame.packets);
      return packets;
    });
    const byFlow = (all: Uint8Array[]) => Map.groupBy(all.map(hex), flowOf);
    const expected = byFlow(sent);
    const actual = byFlow(received);
    assertEquals([...actual.keys()].sort(), [...expected.keys()].sort());
    for (const [flow, octets] of expected) assertEquals(actual.get(flow), octets);
  }));
});

Deno.test("coalesce: the segments of a super-packet become that super-packet again", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 30_000 }),
    fc.integer({ min: 500, max: 1400 }),
    fc.boolean(),
    (length, segmentSize, isTcp) => {
      const whole = isTcp ? tcp({ data: data(length), flags: ACK | PSH }) : udp(data(length));
      const left = leaveChecksum(whole, isTcp ? TCP_PROTOCOL : UDP_PROTOCOL);
      const kind = isTcp ? SegmentKind.TCP6 : SegmentKind.UDP;
      const frames = coalesce(split(left, superHeader(kind, segmentSize))!);
      assertEquals(frames.length, 1);
      assertEquals(frames[0]!.packet, length > segmentSize ? left : whole);
    },
  ));
});

Deno.test("coalesce: nothing makes it throw", () => {
  const octets = fc.uint8Array({ maxLength: 120 });
  fc.assert(
    fc.property(fc.array(octets, { maxLength: 20 }), fc.boolean(), (packets, isWhole) => {
      for (const packet of packets) {
        if (!isWhole || packet.length < 40) continue;
        packet.set([0x60, 0, 0, 0, 0, packet.length - 40, packet[6]! & 1 ? 6 : 17]);
        packet.fill(1, 7, 40);
      }
      const frames = coalesce(packets);
      assertEquals(frames.reduce((sum, frame) => sum + frame.packets, 0), packets.length);
    }),
    { numRuns: 2000 },
  );
});

function spoiled(packet: Uint8Array, isSpoilt: boolean): Uint8Array {
  if (isSpoilt) packet[packet.length - 1]! ^= 1;
  return packet;
}

/** Protocol and ports, of packets without extension headers. */
function flowOf(packet: string): string {
  const protocol = packet.slice(12, 14);
  return protocol === "3c" ? protocol : protocol + packet.slice(80, 88);
}
