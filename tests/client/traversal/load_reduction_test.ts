/** Server Load Reduction, RFC 6081 §5.7: a peer that fell silent is asked before its server is. */
import { assertEquals } from "@std/assert";
import { encodeBubble } from "../../../wire/bubble.ts";
import { withTrailers } from "../../../wire/trailers.ts";
import { ACTORS, vector } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S2 } from "../client_fixture.ts";

const { a, addressOfA, addressOfB, b } = ACTORS;
const THEIRS = portOf(S2, "primary");
const DATA = packet(addressOfA, addressOfB);
const BUBBLE_OF_B = encodeBubble(addressOfB, addressOfA);

/** Client A, which met B and has heard nothing of it for 30 seconds, unless told otherwise. */
function silent(serverLoadReduction: boolean | undefined = true, silence = 30_000): ClientFixture {
  return ClientFixture.a({ serverLoadReduction }).receive(BUBBLE_OF_B, b).pass(silence);
}

Deno.test("X-19, V20: data after 30 s of silence waits for a solicitation to the peer", () => {
  const fixture = silent().send(DATA);
  assertEquals(fixture.sink.datagrams, [
    { to: b, via: "service", bytes: vector("V20").payload },
  ]);
});

Deno.test("X-19, V21: the advertisement releases the data", () => {
  const fixture = silent().send(DATA).receive(vector("V21").payload, b);
  assertEquals(fixture.sink.datagrams, [{ to: b, via: "service", bytes: DATA }]);
});

Deno.test("X-19: a peer heard less than 30 s ago is not asked", () => {
  assertEquals(silent(true, 29_999).send(DATA).sink.datagrams[0]?.bytes, DATA);
});

Deno.test("X-19: a peer that was never heard is not asked", () => {
  const fixture = ClientFixture.a({ serverLoadReduction: true }).send(DATA);
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [b, THEIRS]);
});

Deno.test("X-20: after two solicitations, two seconds apart, an indirect bubble follows", () => {
  const fixture = silent().send(DATA);
  assertEquals(fixture.wait(2_020).sink.datagrams.map(({ to }) => to), [b]);
  assertEquals(fixture.wait(2_020).sink.datagrams.map(({ to }) => to), [b, THEIRS]);
});

Deno.test("X-20: a peer that answered nothing at all is not solicited again", () => {
  const fixture = silent().send(DATA).pass(10_000).pass(300_000).send(DATA);
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [b, THEIRS]);
});

Deno.test("X-21, V20 and V21: a solicitation is answered by an advertisement", () => {
  const fixture = ClientFixture.b().receive(vector("V20").payload, vector("V20").source);
  assertEquals(fixture.sink.datagrams, [
    { to: a, via: "service", bytes: vector("V21").payload },
  ]);
});

Deno.test("X-21: an advertisement is not answered, and a second solicitation only after two seconds", () => {
  const fixture = ClientFixture.b().receive(vector("V20").payload, a);
  assertEquals(fixture.receive(vector("V20").payload, a).sink.datagrams, []);
  assertEquals(fixture.wait(1_999).sink.datagrams, []);
  assertEquals(fixture.wait(1).sink.datagrams, [
    { to: a, via: "service", bytes: vector("V21").payload },
  ]);
  const advertisement = withTrailers(encodeBubble(addressOfA, addressOfB), {
    neighborDiscovery: "advertisement",
  });
  fixture.pass(5_000);
  assertEquals(fixture.receive(advertisement, a).sink.datagrams, []);
});

Deno.test("X-21: a solicitation from elsewhere than the peer is dropped", () => {
  const fixture = ClientFixture.b().receive(vector("V20").payload, ACTORS.relay);
  assertEquals(fixture.dropped, "source_mismatch");
  assertEquals(fixture.peer(ACTORS.addressOfA), undefined);
  assertEquals(fixture.sink.datagrams.filter(({ to }) => to === ACTORS.relay), []);
});

Deno.test("without load reduction, which is the default, both bubbles go out at once", () => {
  for (const setting of [undefined, false]) {
    const fixture = ClientFixture.a({ serverLoadReduction: setting }).receive(BUBBLE_OF_B, b);
    fixture.pass(30_000).send(DATA);
    assertEquals(fixture.sink.datagrams.map(({ to }) => to), [b, THEIRS]);
  }
});
