import { assertEquals } from "@std/assert";
import type { ServerSocket } from "../../server/server_config.ts";
import { writeIcmpv6Checksum } from "../../wire/checksum.ts";
import { formatIpv6 } from "../../wire/ipv6_address.ts";
import { destinationOf, setHopLimit, sourceOf } from "../../wire/ipv6_header.ts";
import { setU16 } from "../../memory/octets.ts";
import { parseRouterAdvertisement } from "../../wire/neighbor_discovery.ts";
import { encodeTeredoPacket, parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { nonceOnly } from "../../wire/authentication.ts";
import { ACTORS, address, at, hex, negative, sizes, vector } from "../vectors/vectors.ts";
import { CONE_SOLICITATION, ServerFixture, SOLICITATION } from "./server_fixture.ts";

/** The answer's parts; it must be one. */
function answerOf({ sink }: ServerFixture) {
  assertEquals(sink.datagrams.length, 1);
  const packet = parseTeredoPacket(sink.datagrams[0]!.bytes);
  if (typeof packet === "string") throw new Error(packet);
  return packet;
}

Deno.test("S-04: a Router Solicitation from a link-local address to ff02::2 is answered", () => {
  const fixture = new ServerFixture().receive(vector("V1").payload);
  assertEquals(fixture.dropped, undefined);
  assertEquals(fixture.server.status().solicitationsAnswered, 1);
});

Deno.test("S-04: other packets from a link-local address to ff02::2 are not", () => {
  const bubble = SOLICITATION.slice(0, 40);
  bubble.set([0, 0, 59], 4);
  assertEquals(new ServerFixture().receive(bubble).dropped, "destination_invalid");
  const echo = SOLICITATION.slice();
  echo[40] = 128;
  writeIcmpv6Checksum(echo);
  assertEquals(new ServerFixture().receive(echo).dropped, "destination_invalid");
});

Deno.test("S-14: the only prefix is that of the primary address, from its cone link-local", () => {
  for (const via of ["primary", "secondary"] as const) {
    const { ipv6 } = answerOf(new ServerFixture().receive(SOLICITATION, ACTORS.a, via));
    const advertisement = parseRouterAdvertisement(ipv6);
    if (typeof advertisement === "string") throw new Error(advertisement);
    assertEquals(advertisement.prefixes.length, 1);
    assertEquals(formatIpv6(advertisement.prefixes[0]!.prefix), "2001:0:cb00:7178::");
    assertEquals(advertisement.prefixes[0]!.length, 64);
    assertEquals(sourceOf(ipv6), address("A8").octets);
  }
});

Deno.test("S-15: the answer goes to where the solicitation came from, and says so", () => {
  const from = at("192.0.2.77:1");
  const fixture = new ServerFixture().receive(SOLICITATION, from);
  const { ipv6, origin } = answerOf(fixture);
  assertEquals(fixture.sink.datagrams[0]!.to, from);
  assertEquals(origin, from);
  assertEquals(destinationOf(ipv6), sourceOf(SOLICITATION));
});

Deno.test("S-16: the cone bit asks for an answer from the other address", () => {
  const rows: [Uint8Array, ServerSocket, ServerSocket][] = [
    [SOLICITATION, "primary", "primary"],
    [SOLICITATION, "secondary", "secondary"],
    [CONE_SOLICITATION, "primary", "secondary"],
    [CONE_SOLICITATION, "secondary", "primary"],
  ];
  for (const [solicitation, via, sender] of rows) {
    const { sink } = new ServerFixture().receive(solicitation, ACTORS.a, via);
    assertEquals(sink.datagrams.map((datagram) => datagram.via), [sender]);
  }
});

Deno.test("S-16: without a secondary address the cone bit makes no client believe in a cone NAT", () => {
  const fixture = new ServerFixture({ secondary: undefined });
  assertEquals(fixture.receive(CONE_SOLICITATION).dropped, "secondary_missing");
  assertEquals(fixture.receive(SOLICITATION).dropped, undefined);
});

Deno.test("S-17: no solicitation from an address that is not global unicast is answered", () => {
  for (const source of ["10.0.0.1:4096", "127.0.0.1:4096", "224.0.0.1:4096", "0.0.0.0:1"]) {
    assertEquals(
      new ServerFixture().receive(SOLICITATION, at(source)).dropped,
      "source_not_global",
    );
  }
});

Deno.test("S-20: a nonce is echoed, and none invented", () => {
  const fixture = new ServerFixture();
  const nonce = vector("V4").payload;
  assertEquals(fixture.receive(vector("V2").payload).sink.datagrams[0]!.bytes, nonce);
  // Miredo answers this one with the nonce of the client before.
  const none = vector("V22").payload;
  assertEquals(fixture.receive(vector("V1").payload).sink.datagrams[0]!.bytes, none);
  assertEquals(fixture.receive(vector("V2").payload).sink.datagrams[0]!.bytes, nonce);
});

Deno.test("S-20: credentials that nobody asked for come back as a nonce alone", () => {
  const { authentication } = answerOf(new ServerFixture().receive(vector("V6").payload));
  assertEquals(authentication, nonceOnly(ACTORS.nonce));
});

Deno.test("S-20: a server that requires a nonce answers solicitations with one only", () => {
  const fixture = new ServerFixture({ requireNonce: true });
  assertEquals(fixture.receive(vector("V1").payload).dropped, "authentication_missing");
  assertEquals(fixture.receive(vector("V2").payload).dropped, undefined);
});

Deno.test("S-21: solicitations that fail RFC 4861 §6.1.1 are dropped", () => {
  const fixture = new ServerFixture();
  assertEquals(fixture.receive(negative("N10").payload).dropped, "icmpv6_checksum");
  assertEquals(fixture.receive(negative("N11").payload).dropped, "router_solicitation_invalid");
  assertEquals(fixture.receive(negative("N12").payload).dropped, "router_solicitation_invalid");

  const code = SOLICITATION.slice();
  code[41] = 1;
  writeIcmpv6Checksum(code);
  assertEquals(fixture.receive(code).dropped, "router_solicitation_invalid");

  const short = SOLICITATION.slice(0, 44);
  setU16(short, 4, 4);
  writeIcmpv6Checksum(short);
  assertEquals(fixture.receive(short).dropped, "router_solicitation_invalid");

  const hopLimit = SOLICITATION.slice();
  setHopLimit(hopLimit, 254);
  assertEquals(fixture.receive(hopLimit).dropped, "router_solicitation_invalid");
});

Deno.test("S-22: the 16-octet option of Windows XP does no harm", () => {
  const solicitation = new Uint8Array(64);
  solicitation.set(SOLICITATION);
  solicitation.set([1, 2], 48);
  setU16(solicitation, 4, 24);
  writeIcmpv6Checksum(solicitation);
  assertEquals(new ServerFixture().receive(solicitation).dropped, undefined);
});

Deno.test("S-23: V4, V5 and V22 are reproduced bit for bit", () => {
  const primary = new ServerFixture();
  for (const [request, answer] of [["V2", "V4"], ["V1", "V22"]] as const) {
    const { source, payload } = vector(request);
    assertEquals(primary.receive(payload, source).sent, [
      `primary > 192.0.2.1:4096 ${vector(answer).payload.toHex()}`,
    ]);
  }
  const microsoft = new ServerFixture({ advertisedMtu: "omit" });
  const { source, payload } = vector("V3");
  assertEquals(microsoft.receive(payload, source).sent, [
    `secondary > 192.0.2.1:4096 ${vector("V5").payload.toHex()}`,
  ]);
});

Deno.test("S-23: every solicitation's answer has a right checksum", () => {
  const fixture = new ServerFixture();
  for (let word = 0; word < 0x10000; word += 97) {
    const solicitation = SOLICITATION.slice();
    setU16(solicitation, 16, word & 0x7fff);
    setU16(solicitation, 22, word);
    writeIcmpv6Checksum(solicitation);
    const { ipv6 } = answerOf(fixture.receive(solicitation));
    assertEquals(typeof parseRouterAdvertisement(ipv6), "object");
  }
});

Deno.test("S-23: the MTU that is advertised can be chosen", () => {
  const { ipv6 } = answerOf(new ServerFixture({ advertisedMtu: 1400 }).receive(SOLICITATION));
  const advertisement = parseRouterAdvertisement(ipv6);
  assertEquals(typeof advertisement === "string" ? advertisement : advertisement.mtu, 1400);
});

Deno.test("S-28: the answers have the sizes of §12.2", () => {
  const fixtures = {
    plain: new ServerFixture(),
    omit: new ServerFixture({ advertisedMtu: "omit" }),
  };
  const [v1, v2, v3] = sizes;
  for (
    const [size, name, fixture] of [
      [v1, "V1", fixtures.plain],
      [v2, "V2", fixtures.plain],
      [v3, "V3", fixtures.omit],
    ] as const
  ) {
    const { payload } = vector(name);
    assertEquals(payload.length, size!.udpIn);
    assertEquals(fixture.receive(payload).sink.datagrams[0]!.bytes.length, size!.udpOut);
  }
});

Deno.test("S-29: an answer does not depend on those before it", () => {
  const old = new ServerFixture();
  old.receive(vector("V6").payload).receive(CONE_SOLICITATION).receive(vector("V9").payload);
  assertEquals(
    old.receive(vector("V2").payload).sent,
    new ServerFixture().receive(vector("V2").payload).sent,
  );
});

Deno.test("a solicitation may carry trailers, which make no difference", () => {
  const trailers = hex("01041badcafe");
  const payload = encodeTeredoPacket({ ipv6: SOLICITATION, trailers });
  assertEquals(
    new ServerFixture().receive(payload).sent,
    new ServerFixture().receive(SOLICITATION).sent,
  );
});
