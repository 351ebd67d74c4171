import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { segmentLength, splitMessage } from "../../../../ffi/linux/udp/receive_offload.ts";
import { CMSGHDR } from "../../../../ffi/linux/kernel/kernel_structs.ts";
import { parseEndpoint } from "../../../../wire/endpoint.ts";
import { Views } from "../../../../memory/views.ts";

const SOURCE = parseEndpoint("192.0.2.1:1000")!;
const SOL_UDP = 17;
const UDP_GRO = 104;

/** A control message with an int, padded as in a list of them. */
function control(level: number, type: number, value: number, length = 20n): number[] {
  const bytes = new Uint8Array(24);
  CMSGHDR.write(bytes, 0, { length, level, type });
  new DataView(bytes.buffer).setInt32(16, value, true);
  return [...bytes];
}

function read(...octets: number[]): number {
  // Not at the start of its memory, as in an array of messages.
  return segmentLength(Uint8Array.of(7, 7, 7, 7, 7, 7, 7, 7, ...octets), 8, octets.length);
}

Deno.test("segmentLength() finds the length of the joined datagrams", () => {
  assertEquals(read(...control(SOL_UDP, UDP_GRO, 1280)), 1280);
  assertEquals(read(...control(SOL_UDP, UDP_GRO, 1280).slice(0, 20)), 1280);
  assertEquals(read(...control(0, 8, 5), ...control(SOL_UDP, UDP_GRO, 1280)), 1280);
});

Deno.test("segmentLength() takes a message without it for a single datagram", () => {
  assertEquals(read(), 0);
  assertEquals(read(...control(0, 8, 5)), 0);
  assertEquals(read(...control(SOL_UDP, 103, 5)), 0);
});

Deno.test("segmentLength() reads nothing beyond the control messages, whatever their lengths say", () => {
  for (const length of [0n, 16n, 40n, 2n ** 31n + 20n, 2n ** 32n + 20n, 2n ** 63n]) {
    assertEquals(read(...control(SOL_UDP, UDP_GRO, 1280, length)), 0);
  }
  assertEquals(read(...control(SOL_UDP, UDP_GRO, 1280).slice(0, 18)), 0);
  assertEquals(read(...control(SOL_UDP, UDP_GRO, -1)), 0);
});

function split(bytes: Uint8Array, start: number, length: number, segment: number): number[][] {
  const datagrams: number[][] = [];
  splitMessage(new Views(bytes), 0, start, length, segment, SOURCE, (datagram, from) => {
    assertEquals(from, SOURCE);
    datagrams.push([...datagram]);
  });
  return datagrams;
}

Deno.test("splitMessage() cuts at each segment; the last may be shorter", () => {
  const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  assertEquals(split(bytes, 1, 8, 3), [[1, 2, 3], [4, 5, 6], [7, 8]]);
  assertEquals(split(bytes, 2, 6, 3), [[2, 3, 4], [5, 6, 7]]);
  assertEquals(split(bytes, 2, 3, 3), [[2, 3, 4]]);
  assertEquals(split(bytes, 2, 3, 9), [[2, 3, 4]]);
});

Deno.test("splitMessage() hands out a single datagram whole, an empty one too", () => {
  const bytes = Uint8Array.of(0, 1, 2);
  assertEquals(split(bytes, 1, 2, 0), [[1, 2]]);
  assertEquals(split(bytes, 1, 0, 0), [[]]);
});

Deno.test("splitMessage() loses and invents nothing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 310 }), (all, n) => {
      const datagrams = split(all, 0, all.length, n);
      assertEquals(datagrams.flat(), [...all]);
      assertEquals(datagrams.slice(0, -1).every(({ length }) => length === n), true);
    }),
  );
});
