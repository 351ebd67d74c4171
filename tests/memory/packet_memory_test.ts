import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { wasmModule } from "../../tools/wasm.ts";
import { addToSum, copyAndAddToSum, foldSum } from "../../wire/checksum.ts";
import {
  giveBack,
  isPacketMemory,
  isSameUnder,
  packetMemory,
  vectorCopyAndSum,
  vectorSum,
} from "../../memory/packet_memory.ts";
import { plainSum } from "../wire/plain_sum.ts";

Deno.test("packet memory: sums of every length, at every alignment, match RFC 1071 §4.1", () => {
  const memory = packetMemory(1400);
  assert(isPacketMemory(memory), "this Deno has WebAssembly with vectors");
  crypto.getRandomValues(memory);
  for (let length = 0; length <= 1300; length++) {
    const offset = length % 67;
    const sum = vectorSum(memory, offset, length);
    assertEquals(
      sum,
      plainSum(memory.subarray(offset, offset + length)),
      `${length} at ${offset}`,
    );
  }
  giveBack(memory);
});

Deno.test("packet memory: the largest packets of extreme octets are summed exactly", () => {
  const memory = packetMemory(65_575);
  for (const octet of [0, 0xff]) {
    memory.fill(octet);
    assertEquals(vectorSum(memory, 0, 65_574), octet === 0 ? 0 : 0xffff);
    assertEquals(vectorSum(memory, 0, 65_575), octet === 0 ? 0 : 0xff00);
  }
  giveBack(memory);
});

Deno.test("packet memory: a copy has the octets and their sum, and nothing around it changes", () => {
  const from = packetMemory(2000);
  const to = packetMemory(2100);
  crypto.getRandomValues(from);
  for (let length = 0; length <= 1300; length += 7) {
    const offset = length % 61;
    to.fill(0xa5);
    const sum = vectorCopyAndSum(to, 50, from, offset, length);
    const part = from.subarray(offset, offset + length);
    assertEquals(sum, plainSum(part));
    assertEquals(to.subarray(50, 50 + length), part);
    assert(to.subarray(0, 50).every((octet) => octet === 0xa5));
    assert(to.subarray(50 + length).every((octet) => octet === 0xa5));
  }
  giveBack(from);
  giveBack(to);
});

Deno.test("checksum: a sum and a copy are the same in packet memory and elsewhere, and between them", () => {
  const inside = packetMemory(1500);
  crypto.getRandomValues(inside);
  const outside = inside.slice();
  const want = foldSum(addToSum(outside, 3, 1411, 5));
  assertEquals(foldSum(addToSum(inside, 3, 1411, 5)), want);
  const other = packetMemory(1500);
  for (
    const [to, from] of [[other, inside], [other, outside], [outside.slice(), inside]] as const
  ) {
    to.fill(0);
    assertEquals(foldSum(copyAndAddToSum(to, 9, from, 3, 1411, 5)), want);
    assertEquals([...to.subarray(9, 1420)], [...outside.subarray(3, 1414)]);
  }
  giveBack(inside);
  giveBack(other);
});

Deno.test("packet memory: two headers are compared under a mask, to the bit", () => {
  const [mask, a, b] = [packetMemory(128), packetMemory(128), packetMemory(128)] as const;
  const octets = fc.uint8Array({ minLength: 120, maxLength: 120 });
  fc.assert(fc.property(
    octets,
    octets,
    fc.integer({ min: 16, max: 112 }),
    fc.nat(7),
    fc.nat(111),
    fc.nat(7),
    (bits, header, length, offset, where, bit) => {
      mask.set(bits);
      a.set(header, offset);
      b.set(header);
      assert(isSameUnder(mask, a, offset, b, length));
      b[where]! ^= 1 << bit;
      const isSeen = where < length && (bits[where]! & 1 << bit) !== 0;
      assertEquals(isSameUnder(mask, a, offset, b, length), !isSeen);
    },
  ));
  for (const array of [mask, a, b]) giveBack(array);
});

Deno.test("packet memory: memory given back is reused, uncleared", () => {
  const first = packetMemory(4321);
  first.fill(7);
  giveBack(first);
  const second = packetMemory(4321);
  assertEquals(second.byteOffset, first.byteOffset);
  assert(second.every((octet) => octet === 7), "nobody is to pay for zeros");
  assertNotEquals(packetMemory(4321).byteOffset, second.byteOffset);
  giveBack(new Uint8Array(4321));
  assert(isPacketMemory(packetMemory(4321)));
});

Deno.test("packet memory: giving an array back twice throws, lest it get two owners", () => {
  const array = packetMemory(777);
  giveBack(array);
  assertThrows(() => giveBack(array), RangeError);
});

Deno.test("packet memory: when it is full, arrays are ordinary ones", () => {
  const arrays: Uint8Array[] = [];
  for (let i = 0; i < 100 && (i === 0 || isPacketMemory(arrays.at(-1)!)); i++) {
    arrays.push(packetMemory(1_000_000));
  }
  assert(arrays.length > 10 && arrays.length < 100);
  const last = arrays.pop()!;
  assertEquals([isPacketMemory(last), last.length], [false, 1_000_000]);
  arrays.forEach(giveBack);
});

Deno.test("packet memory: the WebAssembly matches its source", async () => {
  const path = new URL("../../memory/packet_memory_wasm.ts", import.meta.url);
  assertEquals(await Deno.readTextFile(path), await wasmModule());
});
