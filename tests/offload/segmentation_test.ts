import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { completeChecksum } from "../../offload/partial_checksum.ts";
import { KIND_ECN, newVirtioHeader, SegmentKind } from "../../offload/virtio_header.ts";
import { getU16 } from "../../memory/octets.ts";
import { split, superHeader } from "./frames.ts";
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
  read,
  tcp,
  TCP_PROTOCOL,
  type TcpFields,
  udp,
  UDP_PROTOCOL,
} from "./packets.ts";

const { TCP6, UDP } = SegmentKind;

/** No-operation twice, then timestamps: what Linux has in each segment. */
const TIMESTAMPS = [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8];

function superTcp(fields: TcpFields, start = 40): Uint8Array {
  return leaveChecksum(tcp(fields), TCP_PROTOCOL, start);
}

Deno.test("split: lengths, sequence numbers and checksums are right in every segment", () => {
  const content = data(1000);
  const packet = superTcp({ data: content, options: TIMESTAMPS, sequence: 0xffff_ff00 });
  const segments = split(packet, superHeader(TCP6, 300))!;
  assertEquals(segments.map((segment) => segment.length), [372, 372, 372, 172]);
  assertEquals(
    segments.map((segment) => read(segment)),
    [0, 300, 600, 900].map((done) => ({
      protocol: TCP_PROTOCOL,
      sequence: (0xffff_ff00 + done) % 2 ** 32,
      flags: ACK,
      data: hex(content.subarray(done, done + 300)),
      isValid: true,
    })),
  );
  for (const segment of segments) {
    assertEquals(hex(segment.subarray(60, 72)), hex(Uint8Array.from(TIMESTAMPS)));
    assertEquals(segment.subarray(6, 44), packet.subarray(6, 44), "addresses and ports");
  }
});

Deno.test("split: FIN and PSH are for the last segment, CWR for the first, the rest for all", () => {
  const flags = ACK | FIN | PSH | ECE | CWR;
  const packet = superTcp({ data: data(900), flags });
  for (const kind of [TCP6, TCP6 | KIND_ECN]) {
    const segments = split(packet, superHeader(kind, 300, 40, { checksumOffset: 16 }))!;
    assertEquals(segments.map((segment) => [read(segment).flags, read(segment).isValid]), [
      [ACK | ECE | CWR, true],
      [ACK | ECE, true],
      [ACK | ECE | FIN | PSH, true],
    ]);
  }
});

Deno.test("split: a single segment keeps all its flags", () => {
  const flags = ACK | FIN | PSH | CWR;
  const [only, ...none] = split(superTcp({ data: data(300), flags }), superHeader(TCP6, 300))!;
  assertEquals([read(only!).flags, read(only!).isValid, none.length], [flags, true, 0]);
});

Deno.test("split: UDP datagrams have their own lengths and checksums", () => {
  const content = data(1000);
  const packet = leaveChecksum(udp(content), UDP_PROTOCOL);
  assertEquals(
    split(packet, superHeader(UDP, 401))!.map((segment) => read(segment)),
    [0, 401, 802].map((done) => ({
      protocol: UDP_PROTOCOL,
      data: hex(content.subarray(done, done + 401)),
      isValid: true,
    })),
  );
});

Deno.test("split: a UDP checksum of zero is written as 0xffff", () => {
  // The second datagram's two octets are what its checksum would be, so that all adds up to 0xffff.
  const first = udp(Uint8Array.of(0, 0));
  const rest = getU16(first, 46);
  const content = Uint8Array.of(7, 7, rest >>> 8, rest & 0xff);
  const segments = split(leaveChecksum(udp(content), UDP_PROTOCOL), superHeader(UDP, 2))!;
  assertEquals(getU16(segments[1]!, 46), 0xffff);
  assertEquals(segments.map((segment) => read(segment).isValid), [true, true]);
});

Deno.test("split: options before TCP and UDP are in every segment", () => {
  const packet = superTcp({ data: data(500), ip: destinationOptions(TCP_PROTOCOL) }, 56);
  const segments = split(packet, superHeader(TCP6, 200, 56))!;
  assertEquals(segments.map((segment) => read(segment, 56).isValid), [true, true, true]);
  for (const segment of segments) {
    assertEquals(segment.subarray(40, 56), packet.subarray(40, 56));
  }
  const datagrams = leaveChecksum(
    udp(data(500), 1, destinationOptions(UDP_PROTOCOL)),
    UDP_PROTOCOL,
    56,
  );
  assertEquals(
    split(datagrams, superHeader(UDP, 300, 56))!.map((segment) => read(segment, 56).isValid),
    [true, true],
  );
});

/** The extension headers that every segment repeats, each of 8 octets before `protocol`. */
const EXTENSIONS = [0, 43, 60, 135, 139, 140, 253, 254];

for (const first of EXTENSIONS) {
  Deno.test(`split: extension header ${first} is in every segment`, () => {
    const before = (protocol: number) => ({
      extensions: { first, octets: [protocol, 0, 4, 1, 0, 0, 0, 0] },
    });
    const packet = superTcp({ data: data(900), ip: before(TCP_PROTOCOL) }, 48);
    const datagrams = leaveChecksum(
      udp(data(900), 1, before(UDP_PROTOCOL)),
      UDP_PROTOCOL,
      48,
    );
    for (const [whole, kind] of [[packet, TCP6], [datagrams, UDP]] as const) {
      const segments = split(whole, superHeader(kind, 300, 48))!;
      assertEquals(segments.map((segment) => read(segment, 48).isValid), [true, true, true]);
      for (const segment of segments) {
        assertEquals(segment.subarray(40, 48), whole.subarray(40, 48));
      }
    }
  });
}

Deno.test("split: behind a routing header, checksums are those of the final destination", () => {
  const LAST_OCTET = 39;
  const extensions = { first: 43, octets: [TCP_PROTOCOL, 0, 4, 1, 0, 0, 0, 0] };
  const packet = superTcp({ data: data(900), ip: { lastDestinationOctet: 9, extensions } }, 48);
  packet[LAST_OCTET] = 3;
  const segments = split(packet, superHeader(TCP6, 400, 48))!;
  assertEquals(segments.map((segment) => segment[LAST_OCTET]), [3, 3, 3]);
  assertEquals(segments.map((segment) => read(segment, 48).isValid), [false, false, false]);
  for (const segment of segments) segment[LAST_OCTET] = 9;
  assertEquals(segments.map((segment) => read(segment, 48).isValid), [true, true, true]);
});

Deno.test("split: packets that cannot be split are declined", () => {
  const packet = superTcp({ data: data(900) });
  const cases: [string, Uint8Array, ReturnType<typeof superHeader>][] = [
    ["no super-packet", packet, superHeader(0, 300)],
    ["TCP over IPv4", packet, superHeader(1, 300)],
    ["an unknown kind", packet, superHeader(77, 300)],
    ["a checksum that is not left to us", packet, superHeader(TCP6, 300, 40, { flags: 0 })],
    ["segments of nothing", packet, superHeader(TCP6, 0)],
    ["a checksum elsewhere", packet, superHeader(TCP6, 300, 40, { checksumOffset: 6 })],
    ["another protocol", packet, superHeader(UDP, 300)],
    ["TCP behind the packet's end", packet, superHeader(TCP6, 300, 60_000)],
    ["TCP inside of the IPv6 header", packet, superHeader(TCP6, 300, 20)],
    ["TCP where its data is", packet, superHeader(TCP6, 300, 48)],
    ["no data", superTcp({ data: data(0) }), superHeader(TCP6, 300)],
    ["a payload length beyond the packet", packet.subarray(0, 500), superHeader(TCP6, 300)],
    ["IPv4", Uint8Array.of(0x45, ...packet.subarray(1)), superHeader(TCP6, 300)],
    ["nothing", new Uint8Array(0), superHeader(TCP6, 300)],
    [
      "a fragment",
      superTcp({
        data: data(500),
        ip: { extensions: { first: 44, octets: [6, 0, 0, 0, 0, 0, 0, 0] } },
      }, 48),
      superHeader(TCP6, 300, 48),
    ],
  ];
  for (const [name, each, header] of cases) assertEquals(split(each, header), undefined, name);
  for (const words of [0, 4, 15]) {
    const wrong = superTcp({ data: data(30) });
    wrong[52] = words << 4;
    assertEquals(split(wrong, superHeader(TCP6, 300)), undefined, `a header of ${words} words`);
  }
});

Deno.test("split: any data comes through whole, in order and valid, at any alignment", () => {
  fc.assert(fc.property(
    fc.record({
      length: fc.integer({ min: 1, max: 5000 }),
      segmentSize: fc.integer({ min: 1, max: 1500 }),
      sequence: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      isTcp: fc.boolean(),
    }),
    ({ length, segmentSize, sequence, isTcp }) => {
      const content = data(length, sequence % 100);
      const whole = isTcp
        ? superTcp({ data: content, sequence })
        : leaveChecksum(udp(content), UDP_PROTOCOL);
      const segments = split(whole, superHeader(isTcp ? TCP6 : UDP, segmentSize))!.map((segment) =>
        read(segment)
      );
      assertEquals(segments.map((segment) => segment.data).join(""), hex(content));
      assertEquals(segments.every((segment) => segment.isValid), true);
      if (isTcp) {
        assertEquals(
          segments.map((segment) => segment.sequence),
          segments.map((_, i) => (sequence + i * segmentSize) % 2 ** 32),
        );
      }
    },
  ));
});

Deno.test("checksum left to us: it is finished, in TCP, UDP and anything else", () => {
  const header = { ...newVirtioHeader(), flags: 1, checksumStart: 40 };
  for (const length of [1, 2, 99, 1208]) {
    const segment = superTcp({ data: data(length) });
    completeChecksum(segment, { ...header, checksumOffset: 16 });
    assertEquals(segment, tcp({ data: data(length) }));
    const datagram = leaveChecksum(udp(data(length)), UDP_PROTOCOL);
    completeChecksum(datagram, { ...header, checksumOffset: 6 });
    assertEquals(datagram, udp(data(length)));
  }
});

Deno.test("checksum left to us: nothing is written if none is left, or outside the packet", () => {
  const packet = superTcp({});
  const before = packet.slice();
  completeChecksum(packet, { ...newVirtioHeader(), checksumStart: 40, checksumOffset: 16 });
  for (const [checksumStart, checksumOffset] of [[40, 60_000], [60_000, 0], [159, 0]] as const) {
    completeChecksum(packet, { ...newVirtioHeader(), flags: 1, checksumStart, checksumOffset });
  }
  assertEquals(packet, before);
});

Deno.test("split: no header and no packet make it throw", () => {
  const u16 = fc.integer({ min: 0, max: 0xffff });
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 120 }),
      fc.boolean(),
      fc.record({
        flags: fc.constantFrom(0, 1),
        kind: fc.constantFrom(0, 4, 5, 0x84, 1, 200),
        headerLength: u16,
        segmentSize: fc.oneof(u16, fc.integer({ min: 0, max: 20 })),
        checksumStart: fc.oneof(u16, fc.constantFrom(40, 48, 56)),
        checksumOffset: fc.oneof(u16, fc.constantFrom(6, 16)),
      }),
      (octets, isWhole, header) => {
        if (isWhole && octets.length >= 40) {
          octets[0] = 0x60;
          octets.set([0, octets.length - 40, [0, 6, 17, 60][octets[6]! & 3]!], 4);
        }
        const segments = split(octets, header);
        if (segments === undefined) completeChecksum(octets, header);
        else for (const segment of segments) assertEquals(segment.length <= octets.length, true);
      },
    ),
    { numRuns: 5000 },
  );
});
