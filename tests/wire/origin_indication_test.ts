import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { endpoint } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { encodeOrigin, readOrigin, writeOrigin } from "../../wire/origin_indication.ts";
import { at, hex } from "../vectors/vectors.ts";

Deno.test("P-07: the origin indication of 1.2.3.4:337 is 0000feaefefdfcfb", () => {
  assertEquals(encodeOrigin(at("1.2.3.4:337")), hex("0000feaefefdfcfb"));
  assertEquals(readOrigin(hex("0000feaefefdfcfb"), 0), at("1.2.3.4:337"));
});

Deno.test("origin indications at the edges are complemented without a sign", () => {
  assertEquals(encodeOrigin(at("0.0.0.0:0")), hex("0000ffffffffffff"));
  assertEquals(encodeOrigin(at("255.255.255.255:65535")), hex("0000000000000000"));
  assertEquals(readOrigin(hex("0000ffffffffffff"), 0), at("0.0.0.0:0"));
  assertEquals(readOrigin(hex("0000000000000000"), 0), at("255.255.255.255:65535"));
});

Deno.test("any origin indication survives encoding and parsing, and only its octets are written", () => {
  fc.assert(fc.property(fc.nat(0xffffffff), fc.nat(0xffff), fc.nat(4), (host, port, offset) => {
    const origin = endpoint(ipv4Address(host), port);
    const bytes = new Uint8Array(16).fill(0xaa);
    writeOrigin(bytes, offset, origin);
    assertEquals(readOrigin(bytes, offset), origin);
    bytes.fill(0xaa, offset, offset + 8);
    assertEquals(bytes, new Uint8Array(16).fill(0xaa));
  }));
});
