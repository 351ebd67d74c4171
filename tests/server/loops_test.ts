import { assertEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { encodeEcho, Icmpv6Type } from "../../wire/icmpv6.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { ACTORS, at, ip4, ip6, negative, vector } from "../vectors/vectors.ts";
import { S1_SOCKET, S2, ServerFixture, SOLICITATION } from "./server_fixture.ts";

const { a, addressOfA, addressOfRelay, relay, s1, s2 } = ACTORS;

function clientAt(mapping: Endpoint, server = s1): Uint8Array {
  return encodeTeredoAddress({ server, flags: 0, mapping });
}

Deno.test("S-24: N23, N26 and N27, which would go round for ever, are dropped", () => {
  for (const name of ["N23", "N26", "N27"]) {
    const { payload, source } = negative(name);
    assertEquals(new ServerFixture().receive(payload, source).dropped, "loop", name);
    assertEquals(new ServerFixture().receive(payload, source, "secondary").dropped, "loop", name);
  }
});

Deno.test("S-24: nothing from an own socket is answered or forwarded", () => {
  for (const source of [S1_SOCKET, endpoint(ACTORS.s1Secondary, 3544)]) {
    const payloads = [
      SOLICITATION,
      vector("V11").payload,
      encodeBubble(clientAt(source), addressOfA),
    ];
    for (const payload of payloads) {
      assertEquals(new ServerFixture().receive(payload, source).dropped, "loop");
    }
  }
});

Deno.test("S-24: every own IPv4 address counts, and the port that is served", () => {
  const ownAddresses = [ip4("192.0.2.200")];
  const third = at("192.0.2.200:3544");
  const fixture = new ServerFixture({ ownAddresses });
  assertEquals(fixture.receive(SOLICITATION, third).dropped, "loop");
  assertEquals(fixture.receive(encodeBubble(addressOfA, clientAt(third)), a).dropped, "loop");
  assertEquals(fixture.receive(SOLICITATION, S1_SOCKET).dropped, "loop");
  assertEquals(fixture.receive(SOLICITATION, at("192.0.2.200:3545")).dropped, undefined);

  const other = new ServerFixture({ port: 4000 });
  assertEquals(other.receive(SOLICITATION, at("203.0.113.120:4000")).dropped, "loop");
  assertEquals(other.receive(SOLICITATION, S1_SOCKET).dropped, undefined);
});

Deno.test("S-24: native destinations that embed an own address are dropped", () => {
  const own = [
    "2002:cb00:7178::1",
    "2002:cb00:7179:1:2:3:4:5",
    "2001:db8::5efe:203.0.113.120",
    "2001:db8::200:5efe:203.0.113.121",
  ];
  const others = ["2002:c000:20a::1", "2001:db8::5efe:192.0.2.10", "2001:db8::203.0.113.120"];
  const drop = (destination: string) => {
    const type = Icmpv6Type.ECHO_REQUEST;
    const data = new Uint8Array(16);
    const addresses = { source: addressOfA, destination: ip6(destination) };
    const packet = encodeEcho({ type, ...addresses, identifier: 1, sequence: 1, data });
    return new ServerFixture().receive(packet, a).dropped;
  };
  for (const destination of own) assertEquals(drop(destination), "loop", destination);
  for (const destination of others) assertEquals(drop(destination), undefined, destination);
});

Deno.test("a bubble that goes from one server to another dies there", () => {
  const sockets = { s1: S1_SOCKET, s2: endpoint(s2, 3544) };
  const bubbles = [
    // Of class C: from anyone to the other server, as if that were a client of this one.
    { bubble: encodeBubble(addressOfRelay, clientAt(sockets.s2)), from: relay },
    { bubble: encodeBubble(ip6("fe80::1"), clientAt(sockets.s2)), from: relay },
    // Of class B: both addresses name the other server's socket, or the source that of a client.
    { bubble: encodeBubble(addressOfA, clientAt(sockets.s2, s2)), from: a },
    { bubble: encodeBubble(addressOfA, clientAt(sockets.s2)), from: a },
    // With a source that is spoofed: as if the other server had sent it.
    { bubble: encodeBubble(clientAt(sockets.s2), clientAt(sockets.s2)), from: sockets.s2 },
    { bubble: encodeBubble(clientAt(sockets.s2, s2), clientAt(sockets.s2, s2)), from: sockets.s2 },
  ];
  for (const { bubble, from } of bubbles) {
    const first = new ServerFixture().receive(bubble, from);
    assertEquals(first.sink.datagrams.map(({ to }) => to), [sockets.s2]);
    const { bytes } = first.sink.datagrams[0]!;
    const { dropped } = new ServerFixture(S2).receive(bytes, sockets.s1);
    assertEquals(dropped === undefined, false);
  }
});
