/** Clients behind symmetric NATs as a relay sees them: proof by the bubble's source address. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import { IPV6_HEADER_LENGTH, sourceOf } from "../../wire/ipv6_header.ts";
import { ACTORS, at, ip6 } from "../vectors/vectors.ts";
import { echo, RelayFixture } from "./relay_fixture.ts";

const { addressOfA, addressOfB, host } = ACTORS;
/** Where A's symmetric NAT shows it to the relay. */
const ELSEWHERE = at("192.0.2.1:9999");

/** The source of the relay's latest bubble. */
function bubbleSource({ sink }: RelayFixture): Uint8Array {
  return sourceOf(sink.datagrams.at(-1)!.bytes);
}

/** A answers from elsewhere, to the source of the relay's latest bubble. */
function answer(fixture: RelayFixture): void {
  fixture.datagram(fixture.bubbleFromA(), ELSEWHERE);
}

Deno.test("R-05: a relay's bubbles are 40 octets, and each client gets them from another address", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfA));
  const ofA = bubbleSource(fixture);
  fixture.native(echo(host, addressOfB));
  assertNotEquals(bubbleSource(fixture), ofA);
  for (const { bytes } of fixture.sink.datagrams) assertEquals(bytes.length, IPV6_HEADER_LENGTH);
});

Deno.test("R-09: a client elsewhere than its address says is found by its answer to the relay's address", () => {
  const fixture = new RelayFixture();
  const packet = echo(host, addressOfA);
  fixture.native(packet);
  answer(fixture);
  assertEquals(fixture.sink.datagrams.at(-1), { to: ELSEWHERE, via: "service", bytes: packet });
  assertEquals(fixture.relay.route(packet, fixture.now), ELSEWHERE);
  const back = echo(addressOfA, host);
  fixture.datagram(back, ELSEWHERE);
  assertEquals(fixture.sink.packets, [back]);
  assertEquals(fixture.sink.drops, []);
});

Deno.test("R-09: an answer to another address from elsewhere is silently dropped", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfB));
  const ofB = bubbleSource(fixture);
  fixture.native(echo(host, addressOfA));
  for (const destination of [ofB, ip6("fe80::1"), host]) {
    fixture.sink.clear();
    fixture.datagram(encodeBubble(addressOfA, destination), ELSEWHERE);
    assertEquals(fixture.sink.drops, ["source_mismatch"]);
    assertEquals(fixture.sink.datagrams, []);
  }
});

Deno.test("R-09: data from elsewhere proves nothing, whatever its destination", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfA));
  for (const destination of [host, bubbleSource(fixture)]) {
    fixture.sink.clear();
    fixture.datagram(echo(addressOfA, destination), ELSEWHERE);
    assertEquals(fixture.sink.drops, ["source_mismatch"]);
    assertEquals(fixture.sink.packets, []);
  }
});

Deno.test("R-09: an answer that was recorded is worthless a minute later", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfA));
  const recorded = fixture.bubbleFromA();
  fixture.datagram(recorded, ACTORS.a);
  fixture.advance(60_000);
  fixture.native(echo(host, addressOfA));
  fixture.sink.clear();
  fixture.datagram(recorded, ELSEWHERE);
  assertEquals(fixture.sink.drops, ["source_mismatch"]);
});

Deno.test("R-09: the client may still come from where its address says", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfA));
  answer(fixture);
  fixture.datagram(echo(addressOfA, host), ACTORS.a);
  assertEquals(fixture.relay.route(echo(host, addressOfA), fixture.now), ACTORS.a);
});

Deno.test("R-09, R-10: an answer proves the client even if its entry gave way to another", () => {
  const fixture = new RelayFixture({ maxPeers: 1 });
  fixture.native(echo(host, addressOfA));
  const late = fixture.bubbleFromA();
  fixture.native(echo(host, addressOfB));
  fixture.sink.clear();
  fixture.datagram(late, ELSEWHERE);
  assertEquals(fixture.sink.drops, []);
  assertEquals(fixture.relay.route(echo(host, addressOfA), fixture.now), ELSEWHERE);
});
