import { assertEquals, assertThrows } from "@std/assert";
import { SipHash } from "../../protocol/sip_hash.ts";

/** Octets that count up from zero: the authors' own test vectors have such keys and messages. */
function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i);
}

/** Lengths of messages, and their hashes by OpenSSL 3.0 (`openssl mac -macopt size:8 … SIPHASH`). */
const HASHES = [
  [0, "310e0edd47db6f72"],
  [1, "fd67dc93c539f874"],
  [7, "37d1018bf50002ab"],
  [8, "6224939a79f5f593"],
  [15, "e545be4961ca29a1"],
  [16, "db9bc2577fcc2a3f"],
  [20, "98eea21af25cd6be"],
  [63, "724506eb4c328a95"],
  [256, "d7bfa7d226059d99"],
  [300, "397811b60d710b4b"],
] as const;

Deno.test("SipHash-2-4 agrees with OpenSSL for messages of any length", () => {
  for (const [length, hash] of HASHES) {
    assertEquals(new SipHash(counting(16)).of(counting(length)).toHex(), hash, `${length} octets`);
  }
});

Deno.test("SipHash-2-4: a part of a larger array is hashed like the whole of a small one", () => {
  const message = new Uint8Array([9, ...counting(15), 9]).subarray(1, 16);
  assertEquals(new SipHash(counting(16)).of(message).toHex(), "e545be4961ca29a1");
});

Deno.test("SipHash-2-4: a key has 16 octets", () => {
  assertThrows(() => new SipHash(counting(15)), RangeError, "16 octets, not 15");
});
