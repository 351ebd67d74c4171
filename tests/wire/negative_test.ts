/**
 * The inputs N1 to N30 as far as the codecs can tell. Those that only a role refuses are
 * well-formed here; what the role must look at is asserted.
 */

import { assert, assertEquals } from "@std/assert";
import { type Authentication, isAuthentic } from "../../wire/authentication.ts";
import { isBubble } from "../../wire/bubble.ts";
import { hasValidIcmpv6Checksum } from "../../wire/checksum.ts";
import { addressOf, formatEndpoint } from "../../wire/endpoint.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { isIcmpv6 } from "../../wire/icmpv6.ts";
import { isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, payloadLengthOf, SOURCE } from "../../wire/ipv6_header.ts";
import type { Malformed } from "../../wire/malformed.ts";
import {
  checkRouterSolicitation,
  isRouterAdvertisement,
  isRouterSolicitation,
  parseRouterAdvertisement,
  type RouterAdvertisement,
} from "../../wire/neighbor_discovery.ts";
import { mappingOf, serverOf } from "../../wire/teredo_address.ts";
import { parseTeredoPacket, type TeredoPacket } from "../../wire/teredo_packet.ts";
import { parseTrailers, type Trailers } from "../../wire/trailers.ts";
import { ACTORS, ip4, negative, negatives } from "../vectors/vectors.ts";

/** The packet `name`, which must be well-formed. */
function parse(name: string): TeredoPacket {
  const packet = parseTeredoPacket(negative(name).payload);
  assert(typeof packet === "object", `${name}: ${packet}`);
  return packet;
}

function authenticationOf(name: string): Authentication {
  const { authentication } = parse(name);
  assert(authentication !== undefined);
  return authentication;
}

function advertisementOf(name: string): RouterAdvertisement {
  const { ipv6 } = parse(name);
  assert(isRouterAdvertisement(ipv6));
  const advertisement = parseRouterAdvertisement(ipv6);
  assert(typeof advertisement === "object", `${name}: ${advertisement}`);
  return advertisement;
}

const REFUSED: [item: string, name: string, reason: Malformed][] = [
  ["P-10", "N1", "datagram_too_short"],
  ["P-09", "N2", "authentication_truncated"],
  ["P-09", "N3", "authentication_truncated"],
  ["P-07", "N4", "origin_truncated"],
  ["P-08", "N5", "not_ipv6"],
  ["P-08", "N6", "not_ipv6"],
  ["P-10", "N7", "not_ipv6"],
  ["P-10", "N8", "ipv6_payload_length"],
  ["P-10", "N9", "ipv6_truncated"],
];

for (const [item, name, reason] of REFUSED) {
  Deno.test(`${item}: ${name} is refused as ${reason} (${negative(name).expect})`, () => {
    assertEquals(parseTeredoPacket(negative(name).payload), reason);
  });
}

const SOLICITATIONS: [name: string, reason: Malformed][] = [
  ["N10", "icmpv6_checksum"],
  ["N11", "router_solicitation_invalid"],
  ["N12", "router_solicitation_invalid"],
];

for (const [name, reason] of SOLICITATIONS) {
  Deno.test(`${name} is not a valid solicitation: ${reason} (${negative(name).expect})`, () => {
    const { ipv6 } = parse(name);
    assert(isRouterSolicitation(ipv6));
    assertEquals(checkRouterSolicitation(ipv6), reason);
  });
}

const TRAILERS: [item: string, name: string, trailers: Trailers | Malformed][] = [
  ["P-14", "N13", "trailer_discard"],
  ["P-14", "N14", { nonce: ACTORS.trailerNonce }],
  ["P-15", "N15", { nonce: ACTORS.trailerNonce }],
  ["P-17", "N16", "alternate_address"],
  ["P-17", "N17", "alternate_address"],
];

for (const [item, name, expected] of TRAILERS) {
  Deno.test(`${item}: the trailers of ${name} are read as required (${negative(name).expect})`, () => {
    const { ipv6, trailers } = parse(name);
    assert(isBubble(ipv6));
    assertEquals(parseTrailers(trailers), expected);
  });
}

Deno.test("N18 is an advertisement with another nonce", () => {
  assertEquals(advertisementOf("N18").prefixes.length, 1);
  assert(authenticationOf("N18").nonce.toHex() !== ACTORS.nonce.toHex());
});

Deno.test("N19 is a solicitation whose HMAC does not authenticate it", () => {
  const { ipv6, origin } = parse("N19");
  const { identifier, value, nonce, confirmation } = authenticationOf("N19");
  assertEquals(checkRouterSolicitation(ipv6), undefined);
  assertEquals(identifier.toHex(), ACTORS.identifier.toHex());
  assert(!isAuthentic(value, ACTORS.secret, { nonce, confirmation, origin, ipv6 }));
});

Deno.test("N20 is an advertisement of two prefixes, and both are reported", () => {
  assertEquals(advertisementOf("N20").prefixes.map((prefix) => prefix.length), [64, 64]);
});

Deno.test("N21 is an advertisement without an origin indication", () => {
  assertEquals(advertisementOf("N21").prefixes.length, 1);
  assertEquals(parse("N21").origin, undefined);
});

Deno.test("N22 is an advertisement of another server's prefix", () => {
  const [prefix] = advertisementOf("N22").prefixes;
  assertEquals(formatIpv4(serverOf(prefix!.prefix)), "198.51.100.118");
});

const DESTINATIONS: [name: string, mapping: string][] = [
  ["N23", "203.0.113.120:3544"],
  ["N24", "10.0.0.1:53"],
  ["N26", "203.0.113.120:3544"],
  ["N27", "203.0.113.121:3544"],
];

for (const [name, mapping] of DESTINATIONS) {
  Deno.test(`${name} is a bubble to a client that claims to be at ${mapping}`, () => {
    const { ipv6 } = parse(name);
    assert(isBubble(ipv6));
    assertEquals(formatEndpoint(mappingOf(ipv6, DESTINATION)), mapping);
  });
}

Deno.test("P-21: the destination of N24 maps to an address that is not global unicast", () => {
  const mapped = addressOf(mappingOf(parse("N24").ipv6, DESTINATION));
  assertEquals(mapped, ip4("10.0.0.1"));
  assertEquals(new GlobalUnicast("rfc4380").has(mapped), false);
});

Deno.test("N25 is ICMPv6 whose mapping differs from its outer source", () => {
  const { ipv6 } = parse("N25");
  assert(isIcmpv6(ipv6) && hasValidIcmpv6Checksum(ipv6));
  assertEquals(mappingOf(ipv6, SOURCE), ACTORS.a);
  assert(negative("N25").source !== ACTORS.a);
});

Deno.test("N28 is ICMPv6 of 93 octets, whole and valid", () => {
  const { ipv6 } = parse("N28");
  assert(isIcmpv6(ipv6) && hasValidIcmpv6Checksum(ipv6));
  assertEquals(payloadLengthOf(ipv6), 93);
});

Deno.test("P-11: N29 has the next header of a bubble but also a payload, so it is not one", () => {
  const { ipv6 } = parse("N29");
  assertEquals(payloadLengthOf(ipv6), 4);
  assert(!isBubble(ipv6));
});

Deno.test("N30 is a bubble to another address than client B's", () => {
  const { ipv6 } = parse("N30");
  assert(isBubble(ipv6));
  assert(!isSameIpv6(ipv6, DESTINATION, ACTORS.addressOfB));
});

Deno.test("every input that is not refused here parses as one whole packet", () => {
  const refused = new Set(REFUSED.map(([, name]) => name));
  for (const { name } of negatives) if (!refused.has(name)) parse(name);
});
