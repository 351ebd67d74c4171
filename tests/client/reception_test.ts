import { assert, assertEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import { writeIcmpv6Checksum } from "../../wire/checksum.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { NextHeader } from "../../wire/ipv6_header.ts";
import { concatOctets } from "../../memory/octets.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { encodeTeredoPacket } from "../../wire/teredo_packet.ts";
import { ACTORS, at, hex, ip4, ip6, negative, vector } from "../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1 } from "./client_fixture.ts";

const { a, addressOfA, addressOfB, addressOfRelay, b, host, relay } = ACTORS;
const PRIMARY = portOf(S1, "primary");

/** The Teredo address of a client of S1 at `mapping`. */
function clientAt(mapping: Endpoint, flags = 0): Uint8Array {
  return encodeTeredoAddress({ server: ACTORS.s1, flags, mapping });
}

/** Asserts that a datagram is dropped without any effect. */
function assertSilent(fixture: ClientFixture, payload: Uint8Array, from: Endpoint): void {
  const before = fixture.client.status(fixture.now);
  fixture.receive(payload, from);
  assert(fixture.dropped !== undefined, payload.toHex());
  const { datagrams, packets, events } = fixture.sink;
  assertEquals([datagrams, packets, events], [[], [], []]);
  assertEquals(fixture.client.status(fixture.now), before);
}

for (const name of ["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9"]) {
  Deno.test(`C-22, ${name}: the malformed datagram is dropped silently`, () => {
    for (const from of [PRIMARY, a, b]) {
      assertSilent(ClientFixture.a(), negative(name).payload, from);
      assertSilent(ClientFixture.b(), negative(name).payload, from);
    }
  });
}

for (const name of ["N13", "N16", "N17"]) {
  Deno.test(`C-22, ${name}: the bubble is dropped for its trailer`, () => {
    assertSilent(ClientFixture.b(), negative(name).payload, a);
  });
}

for (const name of ["N14", "N15"]) {
  Deno.test(`C-22, ${name}: the bubble is accepted in spite of its trailer`, () => {
    const fixture = ClientFixture.b().receive(negative(name).payload, a);
    assertEquals(fixture.dropped, undefined);
    assertEquals(fixture.peer(addressOfA)!.path, "direct");
  });
}

Deno.test("C-22, N30: a packet for another address than our own is dropped", () => {
  const { payload, source } = negative("N30");
  const fixture = ClientFixture.b();
  assertSilent(fixture, payload, source!);
  assertEquals(fixture.dropped, "destination_invalid");
  assertSilent(fixture, encodeBubble(addressOfA, ip6("ff02::1")), a);
});

Deno.test("C-22: packets from impossible sources are dropped", () => {
  const sources = ["::", "::1", "fe80::1", "fec0::1", "fc00::1", "ff02::1", "3ffe:831f::1"];
  for (const source of [...sources.map(ip6), addressOfA]) {
    const fixture = ClientFixture.a();
    assertSilent(fixture, packet(source, addressOfA), relay);
    assertEquals(fixture.dropped, "source_invalid");
  }
});

Deno.test("C-23: a packet from a trusted peer at its mapping is accepted and keeps it valid", () => {
  const fixture = ClientFixture.a().meetB();
  fixture.send(packet(addressOfA, addressOfB)).pass(29_000);
  const data = packet(addressOfB, addressOfA);
  fixture.receive(data, b);
  assertEquals(fixture.sink.packets, [data]);
  assertEquals(fixture.peer(addressOfB)!.heardAgo, 0);
  fixture.pass(29_999);
  assertEquals(fixture.send(packet(addressOfA, addressOfB)).targets, ["192.0.2.10:8192"]);
});

Deno.test("C-24, V15: the echo reply makes the peer trusted at its origin and releases the queue", () => {
  const fixture = ClientFixture.a();
  const waiting = [packet(addressOfA, host, 8), packet(addressOfA, host, 16)];
  for (const data of waiting) fixture.send(data);
  fixture.receive(vector("V15").payload, vector("V15").source);
  assertEquals(fixture.sink.datagrams.map(({ to, bytes }) => [to, bytes]), [
    [relay, waiting[0]!],
    [relay, waiting[1]!],
  ]);
  assertEquals(fixture.sink.packets, []);
  assertEquals(fixture.events, ["peer_reached"]);
  const { path, mapping, heardAgo } = fixture.peer(host)!;
  assertEquals({ path, mapping, heardAgo }, { path: "relay", mapping: relay, heardAgo: 0 });
});

Deno.test("C-25, threat 4: replies with wrong, truncated, prolonged or no data change nothing", () => {
  const { payload, source } = vector("V15");
  const alter = (change: (data: Uint8Array) => Uint8Array) => {
    const data = change(payload.slice(48));
    const type = Icmpv6Type.ECHO_REPLY;
    const addresses = { source: host, destination: addressOfA };
    return encodeEcho({ type, ...addresses, identifier: 0x7e1e, sequence: 0xd0d0, data });
  };
  const wrong = [
    alter((data) => data.with(0, data[0]! ^ 1)),
    alter((data) => data.with(15, data[15]! ^ 1)),
    alter((data) => data.slice(0, 15)),
    alter((data) => concatOctets(data, hex("00"))),
    alter(() => new Uint8Array(0)),
  ];
  for (const reply of wrong) {
    const fixture = ClientFixture.a().send(packet(addressOfA, host));
    fixture.receive(reply, source);
    assertEquals([fixture.sink.datagrams, fixture.sink.packets], [[], []]);
    assertEquals(fixture.peer(host)!.path, "searching");
  }
});

Deno.test("C-25: a reply that comes after 30 s changes nothing", () => {
  const { payload, source } = vector("V15");
  const replyAfter = (milliseconds: number) => {
    const fixture = ClientFixture.a().send(packet(addressOfA, host)).wait(milliseconds);
    return fixture.receive(payload, source).peer(host)!.path;
  };
  assertEquals(replyAfter(29_999), "relay");
  assertEquals(replyAfter(30_000), "unreachable");
});

Deno.test("C-25: a reply answers once", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, host));
  fixture.receive(vector("V15").payload, relay);
  fixture.receive(vector("V15").payload, at("198.51.100.66:6666"));
  assertEquals(fixture.peer(host)!.mapping, relay);
});

Deno.test("C-26, V8: a Teredo source at its own mapping becomes a trusted peer", () => {
  const fixture = ClientFixture.b().receive(vector("V8").payload, a);
  assertEquals(fixture.events, ["peer_reached"]);
  const { path, mapping } = fixture.peer(addressOfA)!;
  assertEquals({ path, mapping }, { path: "direct", mapping: a });
});

Deno.test("C-26: a new peer counts as last sent to 30 s ago, with no bubbles", () => {
  const fixture = ClientFixture.b().receive(vector("V8").payload, a);
  // So a bubble may go to it at once.
  fixture.receive(vector("V10").payload, vector("V10").source);
  assertEquals(fixture.targets, ["192.0.2.1:4096"]);
});

Deno.test("C-26, V19: a bubble from another place than its address says is dropped", () => {
  const fixture = ClientFixture.a({ extensions: [] });
  assertSilent(fixture, vector("V19").payload, vector("V19").source);
  assertEquals(fixture.dropped, "source_mismatch");
});

Deno.test("C-26: a trusted peer is not believed at another place", () => {
  const fixture = ClientFixture.a().receive(encodeBubble(addressOfB, addressOfA), b);
  fixture.receive(packet(addressOfB, addressOfA), at("192.0.2.10:9999"));
  assertEquals([fixture.dropped, fixture.sink.packets], ["source_mismatch", []]);
  assertEquals(fixture.peer(addressOfB)!.mapping, b);
});

Deno.test("C-27, V8: a bubble ends at the client and releases the queue, oldest packet first", () => {
  const fixture = ClientFixture.b();
  const waiting = [8, 16, 24].map((length) => packet(addressOfB, addressOfA, length));
  for (const data of waiting) fixture.send(data);
  fixture.receive(vector("V8").payload, vector("V8").source);
  assertEquals(fixture.sink.packets, []);
  assertEquals(fixture.sink.datagrams.map(({ to, bytes }) => [to, bytes]), [
    [a, waiting[0]!],
    [a, waiting[1]!],
    [a, waiting[2]!],
  ]);
});

Deno.test("C-27: data also releases the queue, and is delivered", () => {
  const fixture = ClientFixture.b().send(packet(addressOfB, addressOfA));
  const data = packet(addressOfA, addressOfB);
  fixture.receive(data, a);
  assertEquals(fixture.sink.packets, [data]);
  assertEquals(fixture.targets, ["192.0.2.1:4096"]);
});

Deno.test("C-27: packets queued while a relay is doubted go out when the relay is heard", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, host));
  fixture.receive(vector("V15").payload, relay).wait(29_000);
  // Another relay appears and is tested; meanwhile the known one becomes too old to send to.
  fixture.receive(packet(host, addressOfA), at("198.51.100.201:3545")).wait(1_000);
  const data = packet(addressOfA, host, 32);
  assertEquals(fixture.send(data).sink.datagrams, []);
  fixture.receive(packet(host, addressOfA), relay);
  assertEquals(fixture.sink.datagrams.map(({ to, bytes }) => [to, bytes]), [[relay, data]]);
  assertEquals(fixture.sink.packets.length, 1);
});

Deno.test("C-27: next header 59 with a payload is not a bubble", () => {
  const data = packet(addressOfA, addressOfB, 4, NextHeader.NONE);
  assertEquals(ClientFixture.b().receive(data, a).sink.packets, [data]);
});

Deno.test("C-29, threat 3: a native source must prove its relay before its packet is delivered", () => {
  const fixture = ClientFixture.a();
  const data = packet(host, addressOfA);
  fixture.receive(data, relay);
  assertEquals(fixture.sink.packets, []);
  assertEquals(fixture.sink.datagrams.map(({ to, bytes }) => [to, bytes]), [
    [PRIMARY, vector("V14").payload],
  ]);
  fixture.receive(vector("V15").payload, relay);
  assertEquals(fixture.sink.packets, [data]);
});

Deno.test("C-29, threat 3: a packet from another place than the reply is not delivered", () => {
  const fixture = ClientFixture.a().receive(packet(host, addressOfA), at("198.51.100.66:3545"));
  fixture.receive(vector("V15").payload, relay);
  assertEquals([fixture.sink.packets, fixture.sink.drops], [[], ["peer_not_trusted"]]);
});

Deno.test("C-29: a relay that takes over is believed after its own test", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, host));
  fixture.receive(vector("V15").payload, relay).wait(5_000);
  const other = at("198.51.100.201:3545");
  const data = packet(host, addressOfA);
  fixture.receive(data, other);
  assertEquals(fixture.targets, ["203.0.113.120:3544"]);
  assertEquals(fixture.send(packet(addressOfA, host)).targets, ["198.51.100.200:3545"]);
  fixture.receive(vector("V15").payload, other);
  assertEquals(fixture.sink.packets, [data]);
  assertEquals(fixture.peer(host)!.mapping, other);
});

Deno.test("C-30, V12 and V13: a bubble from a native source is answered at its origin", () => {
  const fixture = ClientFixture.a().receive(vector("V12").payload, vector("V12").source);
  assertEquals(fixture.sink.datagrams, [
    { to: vector("V13").destination, via: "service", bytes: vector("V13").payload },
  ]);
  assertEquals([fixture.sink.packets, fixture.sink.drops], [[], []]);
});

Deno.test("C-30: a bubble from a link-local source is answered to that source", () => {
  const source = ip6("fe80::1234:5678:9abc:def0");
  const ipv6 = encodeBubble(source, addressOfA);
  const fixture = ClientFixture.a();
  fixture.receive(encodeTeredoPacket({ origin: relay, ipv6 }), PRIMARY);
  assertEquals(fixture.sink.datagrams, [
    { to: relay, via: "service", bytes: encodeBubble(addressOfA, source) },
  ]);
});

Deno.test("C-30: a bubble straight from a link-local source is answered where it comes from", () => {
  const source = ip6("fe80::1234:5678:9abc:def0");
  const fixture = ClientFixture.a().receive(encodeBubble(source, addressOfA), relay);
  assertEquals(fixture.sink.datagrams, [
    { to: relay, via: "service", bytes: encodeBubble(addressOfA, source) },
  ]);
  const { peers } = fixture.client.status(fixture.now);
  assertEquals([fixture.dropped, fixture.sink.packets, peers], [undefined, [], []]);
  for (const from of ["10.0.0.1:4096", "198.51.100.200:0"]) {
    fixture.receive(encodeBubble(source, addressOfA), at(from));
    assertEquals([fixture.dropped, fixture.sink.datagrams], ["source_not_global", []]);
  }
});

Deno.test("C-30: such answers are limited, for each address and place", () => {
  const fixture = ClientFixture.a();
  const bubble = encodeBubble(ip6("fe80::1"), addressOfA);
  let answers = 0;
  for (let i = 0; i < 100; i++) answers += fixture.receive(bubble, relay).sink.datagrams.length;
  assertEquals([answers, fixture.dropped], [40, "rate_limited"]);
});

Deno.test("C-30: impossible sources and origins get no answer", () => {
  const send = (source: Uint8Array, origin: Endpoint | undefined) => {
    const fixture = ClientFixture.a();
    const ipv6 = encodeBubble(source, addressOfA);
    fixture.receive(encodeTeredoPacket({ origin, ipv6 }), PRIMARY);
    assertEquals([fixture.sink.datagrams, fixture.sink.packets], [[], []]);
    return fixture.dropped;
  };
  assertEquals(send(addressOfRelay, undefined), "origin_missing");
  assertEquals(send(addressOfRelay, at("10.0.0.1:3545")), "origin_not_global");
  assertEquals(send(addressOfRelay, at("198.51.100.200:0")), "origin_not_global");
  assertEquals(send(addressOfRelay, a), "loop");
  assertEquals(send(ip6("ff02::1"), relay), "source_invalid");
  assertEquals(send(ip6("::"), relay), "source_invalid");
});

Deno.test("C-31, V9 and V10: a bubble from a Teredo source is answered at its mapping", () => {
  const fixture = ClientFixture.b();
  const { source } = vector("V10");
  fixture.receive(vector("V10").payload, source);
  const answer = { to: a, via: "service", bytes: encodeBubble(addressOfB, addressOfA) } as const;
  assertEquals(fixture.sink.datagrams, [answer]);
  // Microsoft's servers forward it without the origin indication.
  fixture.wait(2_000).receive(vector("V9").payload, source);
  assertEquals(fixture.sink.datagrams, [answer]);
  assertEquals(fixture.sink.packets, []);
  assertEquals(fixture.peer(addressOfA)!.path, "searching");
});

Deno.test("C-31: a bubble through another server than ours gets no answer", () => {
  assertSilent(ClientFixture.b(), vector("V10").payload, PRIMARY);
});

Deno.test("threat 1: a Router Advertisement from a trusted peer does not reach the host", () => {
  const fixture = ClientFixture.a().receive(encodeBubble(addressOfB, addressOfA), b);
  fixture.send(packet(addressOfA, addressOfB));
  const advertisement = packet(addressOfB, addressOfA, 16, NextHeader.ICMPV6);
  advertisement[40] = Icmpv6Type.ROUTER_ADVERTISEMENT;
  writeIcmpv6Checksum(advertisement);
  fixture.receive(advertisement, b);
  assertEquals([fixture.sink.packets, fixture.dropped], [[], "advertisement_unexpected"]);
});

Deno.test("threat 8: a Teredo source that embeds a non-global address is dropped", () => {
  for (const mapping of ["10.0.0.1:4096", "192.168.1.1:4096", "224.0.0.1:4096", "192.0.2.9:0"]) {
    const fixture = ClientFixture.a();
    assertSilent(fixture, packet(clientAt(at(mapping)), addressOfA), at(mapping));
    assertEquals(fixture.dropped, "source_not_global");
  }
  const server = ip4("10.0.0.1");
  const source = encodeTeredoAddress({ server, flags: 0, mapping: b });
  assertSilent(ClientFixture.a(), packet(source, addressOfA), b);
});

Deno.test("threat 13: a packet with a type 0 routing header is dropped, trusted peer or not", () => {
  const data = packet(addressOfB, addressOfA, 8, NextHeader.ROUTING);
  data.set([NextHeader.NONE, 0, 0, 1], 40);
  const fixture = ClientFixture.a();
  assertEquals(fixture.receive(data, b).dropped, "routing_header");
  fixture.receive(encodeBubble(addressOfB, addressOfA), b);
  fixture.send(packet(addressOfA, addressOfB));
  assertEquals(fixture.receive(data, b).dropped, "routing_header");
  assertEquals(fixture.sink.packets, []);
});

Deno.test("threat 14: our own bubble, sent back by an echo service, is dropped", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, addressOfB));
  const [bubble] = fixture.sink.datagrams;
  assertSilent(fixture, bubble!.bytes, b);
});

Deno.test("a packet from our own mapping makes no peer there: it would be a loop", () => {
  const fixture = ClientFixture.a();
  assertSilent(fixture, packet(clientAt(a, 0x1234 & 0x3cff), addressOfA), a);
  assertEquals(fixture.dropped, "loop");
});

Deno.test("a client that only receives sends a bubble before its peer would forget it", () => {
  const fixture = ClientFixture.a().receive(encodeBubble(addressOfB, addressOfA), b);
  fixture.send(packet(addressOfA, addressOfB));
  const data = packet(addressOfB, addressOfA);
  const times: number[] = [];
  for (let second = 1; second <= 60; second++) {
    fixture.wait(1_000);
    // A solicitation may be due; the server is as it is.
    fixture.solicitations.forEach((sent) => fixture.answerTo(sent));
    fixture.receive(data, b);
    assertEquals(fixture.sink.packets, [data]);
    for (const { to, bytes } of fixture.sink.datagrams) {
      assertEquals([to, bytes], [b, encodeBubble(addressOfA, addressOfB)]);
      times.push(second);
    }
  }
  assertEquals(times, [20, 40, 60]);
});

Deno.test("TCP is left to the host, which answers it; if it did not, a bubble follows the next packet", () => {
  const fixture = ClientFixture.a();
  const segment = packet(addressOfB, addressOfA, 20, NextHeader.TCP);
  assertEquals(fixture.receive(segment, b).sink.datagrams, []);
  assertEquals(fixture.sink.packets, [segment]);
  assertEquals(fixture.receive(segment, b).targets, ["192.0.2.10:8192"]);
  const answered = ClientFixture.a().receive(segment, b);
  answered.send(packet(addressOfA, addressOfB, 20, NextHeader.TCP));
  assertEquals(answered.receive(segment, b).sink.datagrams, []);
});
