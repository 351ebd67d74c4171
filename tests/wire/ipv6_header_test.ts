import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  destinationOf,
  hasRoutingHeaderType0,
  hopLimitOf,
  isIpv6Packet,
  NextHeader,
  nextHeaderOf,
  payloadLengthOf,
  setHopLimit,
  sourceOf,
  versionOf,
  writeIpv6Header,
} from "../../wire/ipv6_header.ts";
import { concatOctets } from "../../memory/octets.ts";
import { ACTORS, hex } from "../vectors/vectors.ts";

/** An IPv6 packet whose header names `nextHeader` and whose payload is written in hexadecimal. */
function packetOf(nextHeader: number, payload: string): Uint8Array {
  const header = new Uint8Array(40);
  writeIpv6Header(header, {
    payloadLength: payload.length / 2,
    nextHeader,
    hopLimit: 64,
    source: ACTORS.addressOfA,
    destination: ACTORS.host,
  });
  return concatOctets(header, hex(payload));
}

Deno.test("a header survives writing and reading", () => {
  const address = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(fc.property(
    fc.nat(0xffff),
    fc.nat(255),
    fc.nat(255),
    address,
    address,
    (payloadLength, nextHeader, hopLimit, source, destination) => {
      const packet = new Uint8Array(41).fill(0xaa);
      writeIpv6Header(packet, { payloadLength, nextHeader, hopLimit, source, destination });
      assertEquals(packet.subarray(0, 4), Uint8Array.of(0x60, 0, 0, 0));
      assertEquals(versionOf(packet), 6);
      assertEquals(payloadLengthOf(packet), payloadLength);
      assertEquals(nextHeaderOf(packet), nextHeader);
      assertEquals(hopLimitOf(packet), hopLimit);
      assertEquals(sourceOf(packet), source);
      assertEquals(destinationOf(packet), destination);
      assertEquals(packet[40], 0xaa);
    },
  ));
});

Deno.test("the hop limit changes in place, and nothing else does", () => {
  const packet = packetOf(NextHeader.NONE, "");
  const before = packet.slice();
  setHopLimit(packet, 7);
  assertEquals(hopLimitOf(packet), 7);
  setHopLimit(packet, 64);
  assertEquals(packet, before);
});

Deno.test("a whole IPv6 packet has version 6, a header and the length it states", () => {
  const packet = packetOf(NextHeader.UDP, "0011223344556677");
  assert(isIpv6Packet(packet));
  assert(!isIpv6Packet(packet.subarray(0, 47)), "an octet is missing");
  assert(!isIpv6Packet(concatOctets(packet, hex("00"))), "an octet too many");
  assert(!isIpv6Packet(packet.subarray(0, 39)), "no header");
  assert(!isIpv6Packet(new Uint8Array(0)), "nothing");
  packet[0] = 0x40;
  assert(!isIpv6Packet(packet), "version 4");
});

Deno.test("routing headers of type 0 are found behind any other extension headers", () => {
  const { HOP_BY_HOP, DESTINATION_OPTIONS, ROUTING, FRAGMENT, ICMPV6, NONE, TCP } = NextHeader;
  const routing0 = "3b00000000000000";
  const routing2 = "3b00020100000000";
  const to = (next: number, units = 0) =>
    next.toString(16).padStart(2, "0") + units.toString(16).padStart(2, "0") +
    "00".repeat(6 + 8 * units);
  const cases: [boolean, string, number, string][] = [
    [false, "no extension header", ICMPV6, "80000000"],
    [false, "no payload", NONE, ""],
    [false, "TCP whose octets look like a routing header", TCP, routing0],
    [true, "right behind the header", ROUTING, routing0],
    [false, "a routing header of type 2", ROUTING, routing2],
    [true, "behind a routing header of type 2", ROUTING, "2b00020000000000" + routing0],
    [true, "behind hop-by-hop options", HOP_BY_HOP, to(ROUTING) + routing0],
    [true, "behind long destination options", DESTINATION_OPTIONS, to(ROUTING, 3) + routing0],
    [true, "behind all of them", HOP_BY_HOP, to(DESTINATION_OPTIONS) + to(ROUTING, 1) + routing0],
    [true, "in a first fragment", FRAGMENT, "2b00000100000000" + routing0],
    [
      true,
      "behind a fragment header with a reserved octet",
      FRAGMENT,
      "2bff000000000000" + routing0,
    ],
    [false, "octets like it in a later fragment", FRAGMENT, "2b00000800000000" + routing0],
    [false, "options before an upper layer", DESTINATION_OPTIONS, to(ICMPV6) + "80000000"],
    [true, "a chain that ends within its header", HOP_BY_HOP, "2b"],
    [true, "a chain that runs out of the packet", HOP_BY_HOP, "2b05000000000000"],
    [true, "a chain that ends before the next header", HOP_BY_HOP, to(ROUTING)],
  ];
  for (const [expected, what, nextHeader, payload] of cases) {
    assertEquals(hasRoutingHeaderType0(packetOf(nextHeader, payload)), expected, what);
  }
});
