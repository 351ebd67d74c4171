import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { concatOctets, equalOctets, getU16, getU32, setU16, setU32 } from "../../memory/octets.ts";

Deno.test("integers are written as a DataView writes them, big-endian and truncated to their width", () => {
  fc.assert(fc.property(fc.integer(), fc.nat(5), (value, offset) => {
    const ours = new Uint8Array(10);
    const theirs = new DataView(new ArrayBuffer(10));
    setU16(ours, offset, value);
    theirs.setUint16(offset, value);
    assertEquals(ours, new Uint8Array(theirs.buffer));
    setU32(ours, offset, value);
    theirs.setUint32(offset, value);
    assertEquals(ours, new Uint8Array(theirs.buffer));
  }));
});

Deno.test("integers are read as a DataView reads them, unsigned", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 10, maxLength: 10 }), fc.nat(6), (bytes, at) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    assertEquals(getU16(bytes, at), view.getUint16(at));
    assertEquals(getU32(bytes, at), view.getUint32(at));
  }));
});

Deno.test("octets are compared over the given length only", () => {
  const a = Uint8Array.of(9, 1, 2, 3, 9);
  const b = Uint8Array.of(1, 2, 3, 7);
  assertEquals(equalOctets(a, 1, b, 0, 3), true);
  assertEquals(equalOctets(a, 1, b, 0, 4), false);
  assertEquals(equalOctets(a, 0, b, 0, 1), false);
  assertEquals(equalOctets(a, 0, b, 3, 0), true);
});

Deno.test("parts are joined in order into a new array", () => {
  const part = Uint8Array.of(1, 2);
  const whole = concatOctets(part, new Uint8Array(0), Uint8Array.of(3));
  part[0] = 99;
  assertEquals(whole, Uint8Array.of(1, 2, 3));
  assertEquals(concatOctets(), new Uint8Array(0));
});
