import { assertEquals } from "@std/assert";
import {
  allocate,
  be16,
  be32,
  cString,
  i16,
  i32,
  octets,
  struct,
  text,
  u16,
  u32,
  u64,
  u8,
} from "../../../ffi/c/struct.ts";

Deno.test("struct() lays fields out by the rule of C: each at a multiple of its alignment", () => {
  const mixed = struct({ a: u8, b: u16, c: u8, d: u64, e: u8 });
  assertEquals(mixed.offset, { a: 0, b: 2, c: 4, d: 8, e: 16 });
  assertEquals(mixed.size, 24);
});

Deno.test("struct() packs arrays of octets without gaps", () => {
  const packed = struct({ a: u8, b: octets(3), c: text(5), d: u8 });
  assertEquals(packed.offset, { a: 0, b: 1, c: 4, d: 9 });
  assertEquals(packed.size, 10);
});

Deno.test("struct() gives back what it was given, for every type of field", () => {
  const all = struct({ u8, u16, i16, u32, i32, u64, be16, be32, text: text(8), octets: octets(3) });
  const values = {
    u8: 0xfe,
    u16: 0xfedc,
    i16: -2,
    u32: 0xfedcba98,
    i32: -3,
    u64: 0xfedcba9876543210n,
    be16: 0x1234,
    be32: 0x89abcdef,
    text: "teredo",
    octets: Uint8Array.of(1, 2, 3),
  };
  assertEquals(all.decode(all.encode(values)), values);
});

Deno.test("struct() writes network order where C declares it, host order elsewhere", () => {
  const both = struct({ host: u16, network: be16, address: be32 });
  const bytes = both.encode({ host: 0x0102, network: 0x0102, address: 0x01020304 });
  assertEquals([...bytes], [2, 1, 1, 2, 1, 2, 3, 4]);
});

Deno.test("Struct.write() changes the fields it is given, in place, and no others", () => {
  const pair = struct({ a: u8, b: u8 });
  const bytes = Uint8Array.of(9, 9, 9, 9);
  pair.write(bytes, 2, { b: 7 });
  assertEquals([...bytes], [9, 9, 9, 7]);
  assertEquals(pair.decode(bytes, 2), { a: 9, b: 7 });
});

Deno.test("text() always leaves room for the NUL, and clears what was there before", () => {
  const name = struct({ name: text(4) });
  const bytes = name.encode({ name: "toolong" });
  assertEquals([...bytes], [0x74, 0x6f, 0x6f, 0]);
  name.write(bytes, 0, { name: "a" });
  assertEquals([...bytes], [0x61, 0, 0, 0]);
});

Deno.test("cString() ends with NUL, and allocate() gives zeros in memory that does not move", () => {
  assertEquals([...cString("ab")], [0x61, 0x62, 0]);
  const memory = allocate(3);
  assertEquals([...memory], [0, 0, 0]);
  assertEquals(memory.buffer.byteLength, 3);
});
