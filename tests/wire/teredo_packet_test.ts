import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Authentication } from "../../wire/authentication.ts";
import { endpoint } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import type { Malformed } from "../../wire/malformed.ts";
import { concatOctets } from "../../memory/octets.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { hex, vector } from "../vectors/vectors.ts";

const AUTHENTICATION = "00010000a1b2c3d4e5f6071800";
const ORIGIN = "0000efff3ffffdfe";
const BUBBLE = vector("V8").payload.toHex();

const authentications: fc.Arbitrary<Authentication> = fc.record({
  identifier: fc.uint8Array({ maxLength: 20 }),
  value: fc.uint8Array({ maxLength: 20 }),
  nonce: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  confirmation: fc.nat(255),
}, { noNullPrototype: true });

const origins = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffff)).map(([host, port]) =>
  endpoint(ipv4Address(host), port)
);

/** IPv6 packets that say how long they are, of any content. */
const packets = fc.tuple(
  fc.uint8Array({ minLength: 40, maxLength: 40 }),
  fc.uint8Array({ maxLength: 300 }),
).map(([header, payload]) => {
  header[0] = 0x60 | (header[0]! & 0x0f);
  header.set([payload.length >>> 8, payload.length], 4);
  return concatOctets(header, payload);
});

Deno.test("any datagram parses into the parts that it was made of", () => {
  fc.assert(fc.property(
    fc.option(authentications, { nil: undefined }),
    fc.option(origins, { nil: undefined }),
    packets,
    fc.uint8Array({ maxLength: 40 }),
    (authentication, origin, ipv6, trailers) => {
      const parts = { authentication, origin, ipv6, trailers };
      assertEquals<unknown>(parseTeredoPacket(encodeTeredoPacket(parts)), parts);
    },
  ));
});

Deno.test("P-08: authentication comes before origin, each at most once", () => {
  const cases: [string, string][] = [
    ["nothing before the packet", ""],
    ["origin", ORIGIN],
    ["authentication", AUTHENTICATION],
    ["authentication, origin", AUTHENTICATION + ORIGIN],
  ];
  for (const [what, before] of cases) {
    const packet = parseTeredoPacket(hex(before + BUBBLE));
    assert(typeof packet === "object", what);
    assertEquals(packet.authentication !== undefined, before.startsWith("0001"), what);
    assertEquals(packet.origin !== undefined, before.endsWith(ORIGIN), what);
  }
  const refused: [string, string][] = [
    ["origin, authentication", ORIGIN + AUTHENTICATION],
    ["origin twice", ORIGIN + ORIGIN],
    ["authentication twice", AUTHENTICATION + AUTHENTICATION],
    ["authentication, origin twice", AUTHENTICATION + ORIGIN + ORIGIN],
    ["authentication, origin, authentication", AUTHENTICATION + ORIGIN + AUTHENTICATION],
    ["an unknown indicator", "0002000000000000"],
  ];
  for (const [what, before] of refused) {
    assertEquals(parseTeredoPacket(hex(before + BUBBLE)), "not_ipv6", what);
  }
});

Deno.test("P-10: an IPv6 packet has version 6, 40 octets of header and the length it states, or it is refused", () => {
  const upTo = (length: number) => BUBBLE.slice(0, 2 * length);
  const cases: [string, string, Malformed][] = [
    ["nothing", "", "datagram_too_short"],
    ["one octet", "60", "datagram_too_short"],
    ["two octets", "6000", "ipv6_truncated"],
    ["39 octets", upTo(39), "ipv6_truncated"],
    ["39 octets behind an origin", ORIGIN + upTo(39), "ipv6_truncated"],
    ["nothing behind an origin", ORIGIN, "ipv6_truncated"],
    ["nothing behind an authentication", AUTHENTICATION, "ipv6_truncated"],
    ["one octet behind an authentication", AUTHENTICATION + "00", "not_ipv6"],
    ["seven octets of origin", ORIGIN.slice(0, 14), "origin_truncated"],
    [
      "a payload length of one",
      BUBBLE.slice(0, 8) + "0001" + BUBBLE.slice(12),
      "ipv6_payload_length",
    ],
    [
      "the greatest payload length",
      BUBBLE.slice(0, 8) + "ffff" + BUBBLE.slice(12),
      "ipv6_payload_length",
    ],
  ];
  for (const [what, octets, expected] of cases) {
    assertEquals(parseTeredoPacket(hex(octets)), expected, what);
  }
  for (let version = 0; version < 16; version++) {
    const bytes = hex(BUBBLE);
    bytes[0] = version << 4;
    const isAccepted = typeof parseTeredoPacket(bytes) === "object";
    assertEquals(isAccepted, version === 6, `version ${version}`);
  }
});

Deno.test("octets behind the IPv6 packet are trailer space, for data packets too", () => {
  const packet = parseTeredoPacket(hex("600000000001113f" + BUBBLE.slice(16) + "aa" + "bbccdd"));
  assert(typeof packet === "object");
  assertEquals(packet.ipv6.length, 41);
  assertEquals(packet.trailers, hex("bbccdd"));
});
