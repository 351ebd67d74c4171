import { assert, assertEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import { NextHeader } from "../../wire/ipv6_header.ts";
import { setU16 } from "../../memory/octets.ts";
import { ACTORS, at, captures, negative, vector } from "../vectors/vectors.ts";
import { S2, ServerFixture, SOLICITATION } from "./server_fixture.ts";

Deno.test("S-01: malformed payloads are met with silence", () => {
  const reasons = {
    N1: "datagram_too_short",
    N2: "authentication_truncated",
    N3: "authentication_truncated",
    N4: "origin_truncated",
    N5: "not_ipv6",
    N6: "not_ipv6",
    N7: "not_ipv6",
    N8: "ipv6_payload_length",
    N9: "ipv6_truncated",
  } as const;
  for (const [name, reason] of Object.entries(reasons)) {
    assertEquals(new ServerFixture().receive(negative(name).payload).dropped, reason, name);
  }
});

Deno.test("S-01: origin indications, which only servers insert, are refused", () => {
  const { payload, source } = vector("V10");
  assertEquals(new ServerFixture().receive(payload, source).dropped, "origin_unexpected");
  const advertisement = vector("V4");
  const { dropped } = new ServerFixture().receive(advertisement.payload, advertisement.source);
  assertEquals(dropped, "origin_unexpected");
});

Deno.test("S-02: what is neither bubble nor ICMPv6 is dropped", () => {
  const { payload, source } = negative("N29");
  assertEquals(new ServerFixture(S2).receive(payload, source).dropped, "not_bubble_or_icmpv6");
  const { addressOfA, addressOfB, addressOfRelay } = ACTORS;
  for (
    const nextHeader of [
      NextHeader.HOP_BY_HOP,
      NextHeader.TCP,
      NextHeader.UDP,
      NextHeader.ROUTING,
      NextHeader.FRAGMENT,
      NextHeader.DESTINATION_OPTIONS,
      41,
      255,
    ]
  ) {
    for (const destination of [addressOfB, addressOfRelay]) {
      for (const length of [0, 8, 64]) {
        const packet = new Uint8Array(40 + length);
        packet.set(encodeBubble(addressOfA, destination));
        setU16(packet, 4, length);
        packet[6] = nextHeader;
        const { dropped } = new ServerFixture().receive(packet, ACTORS.a);
        assertEquals(dropped, "not_bubble_or_icmpv6");
      }
    }
  }
});

Deno.test("S-02: a type 0 routing header does not pass", () => {
  const packet = new Uint8Array(40 + 24 + 16);
  packet.set(encodeBubble(ACTORS.addressOfA, ACTORS.addressOfRelay));
  setU16(packet, 4, 40);
  packet[6] = NextHeader.ROUTING;
  packet.set([NextHeader.ICMPV6, 2, 0, 1], 40);
  assertEquals(new ServerFixture().receive(packet, ACTORS.a).dropped, "not_bubble_or_icmpv6");
});

Deno.test("S-03: sources that are not global unicast are met with silence", () => {
  const { payload } = vector("V11");
  for (
    const source of [
      "0.1.2.3:1",
      "10.0.0.1:3545",
      "127.0.0.1:7",
      "169.254.1.1:1",
      "172.16.0.1:1",
      "192.168.1.1:1",
      "192.88.99.1:1",
      "224.0.0.1:1",
      "255.255.255.255:1",
      "192.0.2.1:0",
    ]
  ) {
    assertEquals(new ServerFixture().receive(payload, at(source)).dropped, "source_not_global");
    assertEquals(
      new ServerFixture().receive(SOLICITATION, at(source)).dropped,
      "source_not_global",
    );
  }
});

Deno.test("solicitations of real Windows clients are answered", () => {
  const solicitations = captures.filter(({ payload, ipv6, source }) =>
    source !== undefined && ipv6?.destination === "ff02::2" && ipv6.nextHeader === 58 &&
    payload.length > 48
  );
  assert(solicitations.length > 0);
  for (const { name, payload } of solicitations) {
    assertEquals(new ServerFixture().receive(payload).dropped, undefined, name);
  }
});
