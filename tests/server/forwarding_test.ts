import { assertEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { setHopLimit } from "../../wire/ipv6_header.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { encodeTeredoPacket } from "../../wire/teredo_packet.ts";
import { ACTORS, at, hex, ip4, ip6, negative, sizes, vector } from "../vectors/vectors.ts";
import { S2, ServerFixture } from "./server_fixture.ts";

const { a, addressOfA, addressOfB, addressOfRelay, host, relay } = ACTORS;

function echo(destination: Uint8Array, length = 16, source: Uint8Array = addressOfA): Uint8Array {
  const type = Icmpv6Type.ECHO_REQUEST;
  const data = new Uint8Array(length);
  return encodeEcho({ type, source, destination, identifier: 1, sequence: 2, data });
}

Deno.test("S-06, S-11, S-12: V9 is forwarded as V10, from the primary address with its origin", () => {
  const { source, payload } = vector("V9");
  const fixture = new ServerFixture(S2).receive(payload, source);
  assertEquals(fixture.sent, [`primary > 192.0.2.10:8192 ${vector("V10").payload.toHex()}`]);
  assertEquals(fixture.server.status().bubblesForwarded, 1);
});

Deno.test("S-07: V11, from a relay to a client of this server, is forwarded as V12", () => {
  const { source, payload } = vector("V11");
  const fixture = new ServerFixture().receive(payload, source);
  assertEquals(fixture.sent, [`primary > 192.0.2.1:4096 ${vector("V12").payload.toHex()}`]);
});

Deno.test("S-07: bubbles from link-local addresses, as Miredo sends them, are forwarded", () => {
  const bubble = encodeBubble(ip6("fe80::1234:5678:9abc:def0"), addressOfA, 0);
  assertEquals(new ServerFixture().receive(bubble, relay).sent, [
    `primary > 192.0.2.1:4096 0000f22639cc9b37${bubble.toHex()}`,
  ]);
});

Deno.test("S-07: sources that are no single node are refused", () => {
  for (const source of ["ff02::1", "::", "::1"]) {
    const { dropped } = new ServerFixture().receive(encodeBubble(ip6(source), addressOfA), relay);
    assertEquals(dropped, "source_invalid");
  }
});

Deno.test("S-11: what arrives at the secondary address leaves from the primary one too", () => {
  const { source, payload } = vector("V11");
  assertEquals(
    new ServerFixture().receive(payload, source, "secondary").sent,
    new ServerFixture().receive(payload, source, "primary").sent,
  );
});

Deno.test("S-12: to clients of other servers no origin is told", () => {
  const { source, payload } = vector("V9");
  assertEquals(new ServerFixture().receive(payload, source).sent, [
    `primary > 192.0.2.10:8192 ${payload.toHex()}`,
  ]);
});

Deno.test("S-08: a client that is not where its address says is refused", () => {
  const { payload, source } = negative("N25");
  assertEquals(new ServerFixture().receive(payload, source).dropped, "source_mismatch");
  const { dropped } = new ServerFixture().receive(vector("V9").payload, at("192.0.2.2:4096"));
  assertEquals(dropped, "source_mismatch");
});

Deno.test("a bubble from another port than its address says is forwarded to our clients, if so configured", () => {
  const fixture = new ServerFixture({ ...S2, acceptPortMismatch: true });
  const bubble = encodeBubble(addressOfA, addressOfB);
  const elsewhere = at("192.0.2.1:9999");
  assertEquals(fixture.receive(bubble, elsewhere).sent, [
    `primary > 192.0.2.10:8192 0000d8f03ffffdfe${bubble.toHex()}`,
  ]);
  assertEquals(fixture.receive(bubble, a).dropped, undefined);
  const refused = [
    [bubble, at("192.0.2.2:4096")],
    [echo(addressOfB), elsewhere],
    [encodeBubble(addressOfA, host), elsewhere],
    [encodeBubble(addressOfA, addressOfA), elsewhere],
  ] as const;
  for (const [payload, from] of refused) {
    assertEquals(fixture.receive(payload, from).dropped, "source_mismatch");
  }
});

Deno.test("S-08: nobody but clients reaches clients of other servers, or native hosts", () => {
  for (const destination of [addressOfB, host, addressOfRelay, ip6("ff02::2"), ip6("fe80::1")]) {
    const bubble = encodeBubble(addressOfRelay, destination);
    assertEquals(new ServerFixture().receive(bubble, relay).dropped, "source_mismatch");
  }
});

Deno.test("S-09: destinations without global scope are refused", () => {
  const destinations = [
    "fe80::8000:f227:34ff:8e87",
    "fe80::1",
    "ff02::1",
    "ff02::2",
    "ff0e::1",
    "::1",
    "::",
    "fec0::1",
    "fc00::1",
    "fd00::1",
    "::ffff:192.0.2.10",
    "::192.0.2.10",
  ];
  for (const destination of destinations) {
    for (const packet of [encodeBubble(addressOfA, ip6(destination)), echo(ip6(destination))]) {
      const { dropped } = new ServerFixture().receive(packet, a);
      assertEquals(dropped, "destination_invalid", destination);
    }
  }
});

Deno.test("S-10: clients at addresses that are not global unicast are not sent to", () => {
  const { payload, source } = negative("N24");
  assertEquals(new ServerFixture().receive(payload, source).dropped, "destination_not_global");
  for (
    const mapping of ["192.168.0.1:1", "127.0.0.1:53", "255.255.255.255:1", "224.0.0.253:3544"]
  ) {
    const client = encodeTeredoAddress({ server: ACTORS.s1, flags: 0, mapping: at(mapping) });
    for (const packet of [encodeBubble(addressOfA, client), echo(client)]) {
      assertEquals(new ServerFixture().receive(packet, a).dropped, "destination_not_global");
    }
  }
  const nowhere = encodeTeredoAddress({ server: ACTORS.s1, flags: 0, mapping: at("192.0.2.9:0") });
  const bubble = encodeBubble(addressOfA, nowhere);
  assertEquals(new ServerFixture().receive(bubble, a).dropped, "destination_invalid");
});

Deno.test("S-13: V14 leaves natively, with its hop limit decremented", () => {
  const { source, payload } = vector("V14");
  const fixture = new ServerFixture().receive(payload, source);
  const expected = payload.slice();
  setHopLimit(expected, 63);
  assertEquals(fixture.sink.packets, [expected]);
  assertEquals(fixture.sent, []);
  assertEquals(fixture.server.status().echoesForwarded, 1);
  assertEquals(payload, vector("V14").payload);
});

Deno.test("S-13: no echo from a native source leaves natively", () => {
  const { dropped } = new ServerFixture().receive(echo(host, 16, addressOfRelay), relay);
  assertEquals(dropped, "source_mismatch");
});

Deno.test("S-13: a native echo whose hop limit has run out goes no further", () => {
  for (const hopLimit of [0, 1]) {
    const packet = echo(host);
    setHopLimit(packet, hopLimit);
    assertEquals(new ServerFixture().receive(packet, a).dropped, "hop_limit");
  }
});

Deno.test("S-13: trailers do not leave natively", () => {
  const payload = encodeTeredoPacket({ ipv6: echo(host), trailers: hex("01041badcafe") });
  assertEquals(
    new ServerFixture().receive(payload, a).sink.packets,
    new ServerFixture().receive(echo(host), a).sink.packets,
  );
});

Deno.test("echoes from client to client go through, with the origin", () => {
  const client = encodeTeredoAddress({ server: ACTORS.s1, flags: 0, mapping: at("192.0.2.9:9") });
  const packet = echo(client);
  setHopLimit(packet, 1);
  assertEquals(new ServerFixture().receive(packet, a).sent, [
    `primary > 192.0.2.9:9 0000efff3ffffdfe${packet.toHex()}`,
  ]);
});

Deno.test("S-25: trailers go along unread", () => {
  const { source, payload } = vector("V17");
  assertEquals(new ServerFixture(S2).receive(payload, source).sent, [
    `primary > 192.0.2.10:8192 0000efff3ffffdfe${payload.toHex()}`,
  ]);
  const forwarded = vector("V18").payload;
  const { sent } = new ServerFixture(S2).receive(forwarded.slice(8), source);
  assertEquals(sent, [`primary > 192.0.2.10:8192 ${forwarded.toHex()}`]);
});

Deno.test("S-25: trailers beyond 88 octets are dropped with their packet", () => {
  const ipv6 = vector("V9").payload;
  const fixture = new ServerFixture(S2);
  const longest = encodeTeredoPacket({ ipv6, trailers: new Uint8Array(88).fill(1) });
  assertEquals(fixture.receive(longest).sink.datagrams[0]!.bytes.length, longest.length + 8);
  const longer = encodeTeredoPacket({ ipv6, trailers: new Uint8Array(89).fill(1) });
  assertEquals(fixture.receive(longer).dropped, "trailers_too_long");
});

Deno.test("S-25: bubbles with hop limit 0 are forwarded, unchanged", () => {
  const { source, payload } = vector("V9");
  setHopLimit(payload, 0);
  assertEquals(new ServerFixture(S2).receive(payload, source).sent, [
    `primary > 192.0.2.10:8192 0000efff3ffffdfe${payload.toHex()}`,
  ]);
});

Deno.test("S-26: ICMPv6 other than echo is not forwarded", () => {
  for (const type of [1, 2, 3, 4, 127, 130, 133, 134, 135, 136, 137, 255]) {
    for (const destination of [host, addressOfB]) {
      const packet = echo(destination);
      packet[40] = type;
      assertEquals(new ServerFixture().receive(packet, a).dropped, "not_echo");
    }
  }
});

Deno.test("S-26: ICMPv6 of more than 88 octets is not forwarded", () => {
  const { payload, source } = negative("N28");
  assertEquals(new ServerFixture().receive(payload, source).dropped, "icmpv6_too_long");
  for (const destination of [host, addressOfB]) {
    assertEquals(new ServerFixture().receive(echo(destination, 80), a).dropped, undefined);
    assertEquals(new ServerFixture().receive(echo(destination, 81), a).dropped, "icmpv6_too_long");
  }
});

Deno.test("S-28: a forwarded bubble has the size of §12.2", () => {
  const { udpIn, udpOut } = sizes[4]!;
  const { source, payload } = vector("V9");
  assertEquals(payload.length, udpIn);
  const { datagrams } = new ServerFixture(S2).receive(payload, source).sink;
  assertEquals(datagrams[0]!.bytes.length, udpOut);
});

Deno.test("S-29: a restart between solicitation and bubble changes nothing", () => {
  const fixture = new ServerFixture();
  fixture.receive(vector("V2").payload, a);
  const { source, payload } = vector("V11");
  assertEquals(
    fixture.receive(payload, source).sent,
    new ServerFixture().receive(payload, source).sent,
  );
});

Deno.test("an authentication element before a bubble is taken off", () => {
  const { payload } = vector("V2");
  const bubble = encodeTeredoPacket({ ipv6: vector("V9").payload });
  const authenticated = new Uint8Array([...payload.subarray(0, 13), ...bubble]);
  assertEquals(
    new ServerFixture(S2).receive(authenticated).sent,
    new ServerFixture(S2).receive(bubble).sent,
  );
});

Deno.test("native packets that the host hands to a server are for relays", () => {
  const fixture = new ServerFixture();
  fixture.server.handlePacket(vector("V15").payload, 0, fixture.sink);
  assertEquals(fixture.dropped, "destination_invalid");
});

Deno.test("clients on the server's own host, at other ports, are served", () => {
  const mapping = at("203.0.113.120:40000");
  const client = encodeTeredoAddress({ server: ip4("203.0.113.120"), flags: 0, mapping });
  const bubble = encodeBubble(client, addressOfB);
  assertEquals(new ServerFixture().receive(bubble, mapping).dropped, undefined);
  assertEquals(new ServerFixture().receive(encodeBubble(addressOfA, client), a).dropped, undefined);
});
