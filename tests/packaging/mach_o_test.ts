import { assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { readMachO } from "../../packaging/mach_o.ts";

/** Where the pages end and the signature begins: two whole pages and a part of one. */
const LIMIT = 2 * 4096 + 100;

/** A small executable for Apple's processors, signed ad hoc. */
function smallMachO(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(LIMIT + 20 + 88 + 3 * 32);
  const view = new DataView(bytes.buffer);
  const words = (at: number, littleEndian: boolean, ...values: number[]) =>
    values.forEach((value, i) => view.setUint32(at + 4 * i, value, littleEndian));
  // mach_header_64: magic, CPU type, subtype, an executable, 3 commands.
  words(0, true, 0xfeedfacf, 0x0100000c, 0, 2, 3);
  // LC_BUILD_VERSION: macOS 11.0.
  words(32, true, 0x32, 24, 1, 0x000b0000, 0, 0);
  // LC_LOAD_DYLIB, with the name at 24.
  words(56, true, 0xc, 56, 24);
  bytes.set(new TextEncoder().encode("/usr/lib/libSystem.B.dylib"), 56 + 24);
  // LC_CODE_SIGNATURE.
  words(112, true, 0x1d, 16, LIMIT, bytes.length - LIMIT);
  bytes.fill(7, 200, LIMIT);
  // SuperBlob of one CodeDirectory: magic, length, version, ad hoc, hashes at 88, pages, limit.
  words(LIMIT, false, 0xfade0cc0, bytes.length - LIMIT, 1, 0, 20);
  const directory = LIMIT + 20;
  words(directory, false, 0xfade0c02, 88 + 96, 0x20400, 2, 88, 80, 0, 3, LIMIT);
  bytes.set([32, 2, 0, 12], directory + 36);
  for (let page = 0; page < 3; page++) {
    const code = bytes.subarray(4096 * page, Math.min(4096 * (page + 1), LIMIT));
    bytes.set(createHash("sha256").update(code).digest(), directory + 88 + 32 * page);
  }
  return bytes;
}

Deno.test("Mach-O: processor, oldest system, libraries and signature are read", () => {
  assertEquals(readMachO(smallMachO()), {
    processor: "arm64",
    oldestSystem: "11.0",
    libraries: ["/usr/lib/libSystem.B.dylib"],
    signature: "ad hoc",
  });
});

Deno.test("Mach-O: the signature is wrong if any octet of the file is another one", () => {
  for (
    const at of [24, 300, 4096, LIMIT - 1, LIMIT, LIMIT + 20, LIMIT + 20 + 15, LIMIT + 20 + 90]
  ) {
    const bytes = smallMachO();
    bytes[at]! ^= 0x02;
    assertEquals(readMachO(bytes).signature, "wrong", String(at));
  }
  assertEquals(readMachO(smallMachO().subarray(0, LIMIT + 50)).signature, "wrong", "cut off");
});

Deno.test("Mach-O: another kind of file is refused", () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(64)]) {
    assertThrows(() => readMachO(bytes), Error, "not an executable of macOS");
  }
});
