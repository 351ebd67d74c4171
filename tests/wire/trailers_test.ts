import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { endpoint } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { encodeTrailers, parseTrailers, type Trailers } from "../../wire/trailers.ts";
import { at, hex } from "../vectors/vectors.ts";

const NONCE = "01041badcafe";

/** Endpoints that an Alternate Address trailer may carry. */
const alternates = fc.tuple(
  fc.nat(0xdfffffff).filter((host) => ![0, 127].includes(host >>> 24)),
  fc.integer({ min: 1, max: 0xffff }),
).map(([host, port]) => endpoint(ipv4Address(host), port));

const trailerSets: fc.Arbitrary<Trailers> = fc.record({
  nonce: fc.nat(0xffffffff),
  alternateAddresses: fc.array(alternates, { minLength: 1, maxLength: 4 }),
  neighborDiscovery: fc.constantFrom("solicitation", "advertisement"),
  randomPort: fc.nat(0xffff),
}, { requiredKeys: [], noNullPrototype: true });

Deno.test("any set of trailers survives encoding and parsing", () => {
  fc.assert(fc.property(trailerSets, (trailers) => {
    assertEquals<unknown>(parseTrailers(encodeTrailers(trailers)), trailers);
  }));
});

Deno.test("P-14: trailers are read in any order", () => {
  assertEquals(parseTrailers(hex("0502dead" + "040401000000" + NONCE)), {
    randomPort: 0xdead,
    neighborDiscovery: "advertisement",
    nonce: 0x1badcafe,
  });
});

Deno.test("P-14: unknown trailers are skipped, except that top bits 01 spoil the packet", () => {
  for (let type = 0; type <= 0xff; type++) {
    if ([0x01, 0x03, 0x04, 0x05].includes(type)) continue;
    const bytes = hex("0003aabbcc" + NONCE);
    bytes[0] = type;
    const expected = type >>> 6 === 1 ? "trailer_discard" as const : { nonce: 0x1badcafe };
    assertEquals(parseTrailers(bytes), expected, `type ${type.toString(16)}`);
  }
});

Deno.test("P-15: the first malformed trailer ends it, and those before it stand", () => {
  const cases = ["06", "0604", "06040000", "0502de", "0308000000", "41ff", "ff"];
  for (const malformed of cases) {
    assertEquals(parseTrailers(hex(NONCE + malformed)), { nonce: 0x1badcafe }, malformed);
    assertEquals(parseTrailers(hex(malformed)), {}, malformed);
  }
  assertEquals(parseTrailers(hex("06ff" + NONCE)), {}, "one that swallows those behind it");
});

Deno.test("P-16: nonce, discovery and random port have the types and lengths of RFC 6081 §4", () => {
  const cases: [Trailers, string][] = [
    [{}, ""],
    [{ nonce: 0x1badcafe }, "01041badcafe"],
    [{ nonce: 0xffffffff }, "0104ffffffff"],
    [{ neighborDiscovery: "solicitation" }, "040400000000"],
    [{ neighborDiscovery: "advertisement" }, "040401000000"],
    [{ randomPort: 57005 }, "0502dead"],
  ];
  for (const [trailers, octets] of cases) {
    assertEquals(encodeTrailers(trailers).toHex(), octets);
    assertEquals(parseTrailers(hex(octets)), trailers);
  }
});

Deno.test("P-16: reserved octets are ignored", () => {
  assertEquals(parseTrailers(hex("040400ffffff")), { neighborDiscovery: "solicitation" });
  assertEquals(parseTrailers(hex("0308ffffc0a8010a9c40")), {
    alternateAddresses: [at("192.168.1.10:40000")],
  });
});

Deno.test("P-16: a known trailer of a wrong length or value is ignored, and only that one", () => {
  for (const bad of ["0103badcaf", "0105001badcafe", "0404ff000000", "040101", "0501de", "0500"]) {
    assertEquals(parseTrailers(hex(bad + "0502dead")), { randomPort: 0xdead }, bad);
  }
});

Deno.test("P-17: an Alternate Address trailer has 8, 14, 20 or 26 octets, or spoils the packet", () => {
  for (let length = 0; length <= 255; length++) {
    const bytes = new Uint8Array(2 + length).fill(7);
    bytes.set([0x03, length]);
    const parsed = parseTrailers(bytes);
    const count = [8, 14, 20, 26].indexOf(length) + 1;
    if (count === 0) {
      assertEquals(parsed, "alternate_address", `${length} octets`);
    } else {
      assert(typeof parsed === "object");
      assertEquals(parsed.alternateAddresses, Array(count).fill(at("7.7.7.7:1799")));
    }
  }
});

Deno.test("P-17: alternate addresses are unicast, private ones too, with a port", () => {
  const cases: [boolean, string][] = [
    [true, "192.168.1.10:40000"],
    [true, "10.0.0.1:1"],
    [true, "169.254.1.1:65535"],
    [true, "223.255.255.255:1"],
    [true, "126.0.0.1:1"],
    [true, "128.0.0.1:1"],
    [false, "192.168.1.10:0"],
    [false, "0.0.0.0:1"],
    [false, "0.1.2.3:1"],
    [false, "127.0.0.1:1"],
    [false, "224.0.0.253:3544"],
    [false, "239.255.255.255:1"],
    [false, "255.255.255.255:1"],
  ];
  for (const [isAccepted, text] of cases) {
    const list = [at("192.0.2.1:1"), at(text)];
    const parsed = parseTrailers(encodeTrailers({ alternateAddresses: list }));
    const expected = isAccepted ? { alternateAddresses: list } : "alternate_address" as const;
    assertEquals(parsed, expected, text);
  }
});

Deno.test("P-17: encoding no alternate address, or more than four, throws", () => {
  for (const count of [0, 5]) {
    const alternateAddresses = Array(count).fill(at("192.0.2.1:1"));
    assertThrows(
      () => encodeTrailers({ alternateAddresses }),
      RangeError,
      `Cannot encode ${count}`,
    );
  }
});
