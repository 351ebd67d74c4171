import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { endpoint } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import {
  CONE_FLAG,
  decodeTeredoAddress,
  encodeTeredoAddress,
  encodeTeredoLinkLocal,
  flagsOf,
  HISTORICAL_PREFIX,
  isCone,
  isHistoricalTeredo,
  isTeredo,
  mappingOf,
  RANDOM_FLAGS,
  serverOf,
  TEREDO_PREFIX,
  teredoPrefix,
} from "../../wire/teredo_address.ts";
import { ACTORS, address, addresses, at, ip4, ip6 } from "../vectors/vectors.ts";

const teredoAddresses = fc.record({
  server: fc.nat(0xffffffff).map(ipv4Address),
  flags: fc.nat(0xffff),
  mapping: fc.tuple(fc.nat(0xffffffff), fc.nat(0xffff)).map(([host, port]) =>
    endpoint(ipv4Address(host), port)
  ),
}, { noNullPrototype: true });

for (const { name, purpose, octets, text, prefix, server, flags, mapping } of addresses) {
  Deno.test(`P-01: ${name} (${purpose}) survives decoding and encoding, bit for bit`, () => {
    assertEquals(flagsOf(octets), flags);
    assertEquals(mappingOf(octets), mapping);
    assertEquals(isCone(octets), (flags & CONE_FLAG) !== 0);
    switch (prefix) {
      case TEREDO_PREFIX:
        assertEquals(decodeTeredoAddress(octets), { server, flags, mapping });
        assertEquals(formatIpv6(encodeTeredoAddress({ server, flags, mapping })), text);
        break;
      case HISTORICAL_PREFIX:
        assertEquals(serverOf(octets), server);
        assertEquals(decodeTeredoAddress(octets), undefined);
        break;
      default:
        assertEquals(formatIpv6(encodeTeredoLinkLocal(flags, mapping)), text);
    }
  });
}

Deno.test("P-01: any Teredo address survives decoding and encoding, at any offset", () => {
  fc.assert(fc.property(teredoAddresses, fc.nat(7), (parts, offset) => {
    const packet = new Uint8Array(24).fill(0xaa);
    packet.set(encodeTeredoAddress(parts), offset);
    assertEquals(decodeTeredoAddress(packet, offset), parts);
  }));
});

Deno.test("P-01: port and client are complemented in the octets, the server is not", () => {
  const { octets } = address("A1");
  assertEquals(octets.subarray(4, 8), Uint8Array.of(203, 0, 113, 120));
  assertEquals(octets.subarray(10, 12).map((octet) => ~octet), Uint8Array.of(0x10, 0x00));
  assertEquals(octets.subarray(12).map((octet) => ~octet), Uint8Array.of(192, 0, 2, 1));
});

Deno.test("P-02: addresses are made in 2001::/32, never in 3ffe:831f::/32", () => {
  fc.assert(fc.property(teredoAddresses, (parts) => {
    const octets = encodeTeredoAddress(parts);
    assert(isTeredo(octets));
    assert(!isHistoricalTeredo(octets));
    assertEquals(octets.subarray(0, 4), Uint8Array.of(0x20, 0x01, 0x00, 0x00));
  }));
  assert(isHistoricalTeredo(address("A7").octets));
  assert(!isTeredo(address("A7").octets));
});

Deno.test("P-03: the mask of random flags leaves cone, z, U and G alone", () => {
  assertEquals(RANDOM_FLAGS, 0x3cff);
  assertEquals(RANDOM_FLAGS & (0x8000 | 0x4000 | 0x0200 | 0x0100), 0);
});

Deno.test("P-05: an address with any flags is decoded", () => {
  const octets = address("A1").octets;
  for (let flags = 0; flags <= 0xffff; flags++) {
    octets[8] = flags >>> 8;
    octets[9] = flags;
    const parts = decodeTeredoAddress(octets);
    if (parts?.flags !== flags || parts.mapping !== ACTORS.a || parts.server !== ACTORS.s1) {
      throw new Error(`The flags ${flags.toString(16)} change what is read`);
    }
  }
});

Deno.test("neighbours of the Teredo prefix are not Teredo", () => {
  for (const text of ["2000:ffff::", "2001:1::", "2001:db8::", "2002::", "fe80::"]) {
    assertEquals(decodeTeredoAddress(ip6(text)), undefined, text);
  }
});

Deno.test("a server's prefix is 2001:0 with its address and 64 zero bits", () => {
  assertEquals(formatIpv6(teredoPrefix(ACTORS.s1)), "2001:0:cb00:7178::");
  assertEquals(serverOf(teredoPrefix(ip4("255.255.255.255"))), ip4("255.255.255.255"));
});

Deno.test("a server's link-local address has the cone flag and port 3544", () => {
  const octets = encodeTeredoLinkLocal(CONE_FLAG, at("203.0.113.120:3544"));
  assertEquals(octets, address("A8").octets);
});
