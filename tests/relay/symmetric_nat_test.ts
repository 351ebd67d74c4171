/** Clients behind symmetric NATs as a relay sees them: proof by the bubble's source address. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import { IPV6_HEADER_LENGTH, sourceOf } from "../../wire/ipv6_header.ts";
import { addressOf, type Endpoint } from "../../wire/endpoint.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { ACTORS, at, ip6 } from "../vectors/vectors.ts";
import { echo, RelayFixture, S1_ENDPOINT } from "./relay_fixture.ts";

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

/** Where a packet for A goes. */
function placeOfA({ relay, now }: RelayFixture): Endpoint | undefined {
  return relay.route(echo(host, addressOfA), now);
}

Deno.test("R-09: the client may come from where its address says again, and moves when it proves that", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfA));
  answer(fixture);
  fixture.advance(3_000);
  fixture.sink.clear();
  const data = echo(addressOfA, host);
  fixture.datagram(data, ACTORS.a);
  assertEquals(fixture.sink.packets, [data]);
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [S1_ENDPOINT]);
  assertEquals(placeOfA(fixture), ELSEWHERE);
  fixture.datagram(fixture.bubbleFromA(), ACTORS.a);
  assertEquals(placeOfA(fixture), ACTORS.a);
});

Deno.test("R-09: packets forged from a client's mapping don't keep it from the place that it has proved", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfA));
  answer(fixture);
  let bubbles = 0;
  for (let second = 0; second < 120; second++) {
    fixture.sink.clear();
    for (const forged of [fixture.bubbleFromA(), echo(addressOfA, host)]) {
      fixture.datagram(forged, ACTORS.a);
    }
    fixture.datagram(echo(addressOfA, host), ELSEWHERE);
    assertEquals(placeOfA(fixture), ELSEWHERE);
    bubbles += fixture.sink.datagrams.length;
    fixture.advance(1_000);
  }
  assertEquals(fixture.sink.drops, []);
  assert(bubbles <= 40, `${bubbles} bubbles`);
});

Deno.test("R-09: they don't keep it silent either: a place long unheard is left", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfA));
  answer(fixture);
  for (let second = 0; second < 31; second++) {
    fixture.advance(1_000);
    fixture.datagram(echo(addressOfA, host), ACTORS.a);
  }
  assertEquals(placeOfA(fixture), ACTORS.a);
});

Deno.test("R-09: a client found by an unproved packet is asked while packets go to it, until it has proved its place", () => {
  const fixture = new RelayFixture({ acceptUnknown: true });
  fixture.datagram(echo(addressOfA, host), ACTORS.a);
  const asked: number[] = [];
  const toA: number[] = [];
  for (let second = 0; second < 60; second++) {
    fixture.datagram(echo(addressOfA, host), ACTORS.a);
    fixture.sink.clear();
    fixture.native(echo(host, addressOfA, 40));
    for (const { to } of fixture.sink.datagrams) (to === S1_ENDPOINT ? asked : toA).push(second);
    fixture.advance(1_000);
  }
  assertEquals([toA.length, asked], [60, [2, 5, 8, 11, 41]]);
});

Deno.test("R-09: it is not asked if its server is at its own address, which would get two for one", () => {
  const fixture = new RelayFixture({ acceptUnknown: true });
  const client = encodeTeredoAddress({
    server: addressOf(ACTORS.a),
    flags: 0,
    mapping: ACTORS.a,
  });
  fixture.datagram(echo(client, host), ACTORS.a);
  for (let second = 0; second < 20; second++) {
    fixture.sink.clear();
    fixture.native(echo(host, client, 40));
    assertEquals(fixture.sink.datagrams.map(({ to }) => to), [ACTORS.a]);
    fixture.advance(1_000);
  }
});

Deno.test("R-09: it is found elsewhere by its proof within two seconds, and asked no more", () => {
  const fixture = new RelayFixture({ acceptUnknown: true });
  fixture.datagram(echo(addressOfA, host), ACTORS.a);
  fixture.advance(2_000);
  fixture.native(echo(host, addressOfA, 40));
  const [bubble] = fixture.sink.datagrams.filter(({ to }) => to === S1_ENDPOINT);
  fixture.datagram(encodeBubble(addressOfA, sourceOf(bubble!.bytes)), ELSEWHERE);
  for (let second = 0; second < 20; second++) {
    assertEquals(placeOfA(fixture), ELSEWHERE);
    fixture.advance(1_000);
  }
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
