/** Clients behind symmetric NATs, RFC 6081 §5.2, as a relay sees them. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { parseTrailers, type Trailers, withTrailers } from "../../wire/trailers.ts";
import { ACTORS, at } from "../vectors/vectors.ts";
import { echo, RelayFixture } from "./relay_fixture.ts";

const { addressOfA, host } = ACTORS;
/** Where A's symmetric NAT shows it to the relay. */
const ELSEWHERE = at("192.0.2.1:9999");

/** The nonce of the relay's latest bubble. */
function nonceSent({ sink }: RelayFixture): number {
  const packet = parseTeredoPacket(sink.datagrams.at(-1)!.bytes);
  assert(typeof packet !== "string");
  const trailers = parseTrailers(packet.trailers);
  assert(typeof trailers !== "string" && trailers.nonce !== undefined);
  return trailers.nonce;
}

/** A answers the relay's bubble from elsewhere. */
function answer(fixture: RelayFixture, trailers: Trailers): void {
  fixture.datagram(withTrailers(fixture.bubbleFromA(), trailers), ELSEWHERE);
}

Deno.test("X-01: each bubble of a relay has a nonce of its own", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfA));
  const first = nonceSent(fixture);
  fixture.advance(2_020);
  assertNotEquals(nonceSent(fixture), first);
});

Deno.test("X-04: a client elsewhere than its address says is found by the relay's nonce", () => {
  const fixture = new RelayFixture();
  const packet = echo(host, addressOfA);
  fixture.native(packet);
  answer(fixture, { nonce: nonceSent(fixture) });
  assertEquals(fixture.sink.datagrams.at(-1), { to: ELSEWHERE, via: "service", bytes: packet });
  assertEquals(fixture.relay.route(packet, fixture.now), ELSEWHERE);
  const back = echo(addressOfA, host);
  fixture.datagram(back, ELSEWHERE);
  assertEquals(fixture.sink.packets, [back]);
  assertEquals(fixture.sink.drops, []);
});

Deno.test("X-04, R-09: without the nonce, or with another, it is silently dropped", () => {
  for (const change of [undefined, 1]) {
    const fixture = new RelayFixture();
    fixture.native(echo(host, addressOfA));
    answer(fixture, change === undefined ? {} : { nonce: nonceSent(fixture) + change });
    assertEquals(fixture.sink.drops, ["source_mismatch"]);
    assertEquals(fixture.sink.datagrams.length, 1);
  }
});

Deno.test("X-04, R-09: data proves nothing, even with the nonce", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfA));
  const data = withTrailers(echo(addressOfA, host), { nonce: nonceSent(fixture) });
  fixture.datagram(data, ELSEWHERE);
  assertEquals(fixture.sink.drops, ["source_mismatch"]);
  assertEquals(fixture.sink.packets, []);
});

Deno.test("X-04: the client may still come from where its address says", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfA));
  answer(fixture, { nonce: nonceSent(fixture) });
  fixture.datagram(echo(addressOfA, host), ACTORS.a);
  assertEquals(fixture.relay.route(echo(host, addressOfA), fixture.now), ACTORS.a);
});
