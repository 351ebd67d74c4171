import { assertEquals } from "@std/assert";
import { formatIpv6, parseIpv6 } from "../../wire/ipv6_address.ts";
import { concatOctets } from "../../memory/octets.ts";
import { addresses, captures, negatives, sizes, vector, vectors } from "./vectors.ts";

Deno.test("the fixtures are complete: A1-A11, V1-V23, N1-N30 and 50 captured payloads", () => {
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
  assertEquals(addresses.map((row) => row.name), numbered("A", 11));
  assertEquals(vectors.map((row) => row.name), numbered("V", 23));
  assertEquals(negatives.map((row) => row.name), numbered("N", 30));
  assertEquals(new Set(captures.map((row) => row.name)).size, 50);
});

Deno.test("the fields of every vector cover its payload without gap or overlap", () => {
  for (const { name, fields, payload } of vectors) {
    let offset = 0;
    for (const field of fields) {
      assertEquals(field.offset, offset, `${name} ${field.name}`);
      offset += field.octets.length;
    }
    assertEquals(concatOctets(...fields.map((field) => field.octets)), payload, name);
  }
});

Deno.test("the three writings of every address are the same address", () => {
  for (const { name, octets, text, exploded } of addresses) {
    assertEquals(formatIpv6(octets), text, name);
    assertEquals(parseIpv6(text), octets, name);
    assertEquals(parseIpv6(exploded), octets, name);
  }
});

Deno.test("the recorded sizes are those of the vectors", () => {
  const pairs = [["V1", "V22"], ["V2", "V4"], ["V3", "V5"], ["V6", "V7"], ["V9", "V10"]] as const;
  for (const [i, [request, answer]] of pairs.entries()) {
    const size = sizes[i]!;
    assertEquals(size.udpIn, vector(request).payload.length, size.case);
    assertEquals(size.udpOut, vector(answer).payload.length, size.case);
    assertEquals([size.ipIn, size.ipOut], [size.udpIn + 28, size.udpOut + 28], size.case);
  }
});
