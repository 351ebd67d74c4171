/**
 * Clients that come from elsewhere than their address says and have no nonces, RFC 4380 §5.2.3 case
 * 6.
 */
import { assert, assertEquals } from "@std/assert";
import { encodeBubble } from "../../../wire/bubble.ts";
import type { Endpoint } from "../../../wire/endpoint.ts";
import { isLinkLocal } from "../../../wire/ipv6_address.ts";
import { destinationOf, IPV6_HEADER_LENGTH, SOURCE, sourceOf } from "../../../wire/ipv6_header.ts";
import { encodeTeredoAddress } from "../../../wire/teredo_address.ts";
import { ACTORS, at, ip4 } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S2 } from "../client_fixture.ts";

const { addressOfA, addressOfB, b } = ACTORS;
const ELSEWHERE = at("192.0.2.10:9999");
const THEIRS = portOf(S2, "primary");

/** A bubble from B, from elsewhere. */
function strayBubble(fixture: ClientFixture): ClientFixture {
  return fixture.receive(encodeBubble(addressOfB, addressOfA), ELSEWHERE);
}

/** B's answer to the challenge among the datagrams of the last action. */
function answer(fixture: ClientFixture): Uint8Array {
  return encodeBubble(addressOfB, sourceOf(fixture.sink.datagrams[0]!.bytes));
}

Deno.test("X-04: a client that comes from elsewhere is asked through its server, without any trailer", () => {
  const fixture = strayBubble(ClientFixture.a());
  assertEquals(fixture.dropped, "source_mismatch");
  const [challenge, ...more] = fixture.sink.datagrams;
  assertEquals([challenge!.to, challenge!.bytes.length, more], [THEIRS, IPV6_HEADER_LENGTH, []]);
  assert(isLinkLocal(challenge!.bytes, SOURCE));
  assertEquals(destinationOf(challenge!.bytes), addressOfB);
  assertEquals(fixture.peer(addressOfB), undefined);
});

Deno.test("X-04: its answer proves where it is: it gets a bubble there, and data goes there", () => {
  const fixture = strayBubble(ClientFixture.a());
  const data = packet(addressOfA, addressOfB);
  fixture.receive(answer(fixture), ELSEWHERE);
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [ELSEWHERE]);
  assertEquals(fixture.peer(addressOfB)!.mapping, ELSEWHERE);
  assertEquals(fixture.client.route(data, fixture.now), ELSEWHERE);
  const back = packet(addressOfB, addressOfA);
  assertEquals(fixture.receive(back, ELSEWHERE).sink.packets, [back]);
});

Deno.test("X-04: data from elsewhere is a reason to ask as well, and is not delivered", () => {
  const fixture = ClientFixture.a().receive(packet(addressOfB, addressOfA), ELSEWHERE);
  assertEquals([fixture.dropped, fixture.sink.packets], ["source_mismatch", []]);
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [THEIRS]);
});

Deno.test("X-04: another client's answer, a guess or one a minute old proves nothing", () => {
  const fixture = strayBubble(ClientFixture.a());
  const recorded = answer(fixture);
  const forged = encodeBubble(addressOfA, sourceOf(fixture.sink.datagrams[0]!.bytes));
  const guess = recorded.slice();
  guess[39]! ^= 1;
  for (const bubble of [forged, guess]) {
    assertEquals(fixture.receive(bubble, ELSEWHERE).dropped, "destination_invalid");
  }
  fixture.pass(60_000);
  assertEquals(fixture.receive(recorded, ELSEWHERE).dropped, "destination_invalid");
  assertEquals(fixture.peer(addressOfB), undefined);
});

Deno.test("X-04: nobody is believed to be at a private address or at port 0, whatever the answer", () => {
  const fixture = strayBubble(ClientFixture.a());
  const proof = answer(fixture);
  for (const from of ["10.0.0.1:4096", "192.0.2.10:0"]) {
    assertEquals(fixture.receive(proof, at(from)).dropped, "source_not_global");
  }
});

Deno.test("X-04: places and servers where no client can be are not asked", () => {
  const strays: [Uint8Array, Endpoint][] = [
    [addressOfB, at("10.0.0.1:9999")],
    [addressOfB, at("192.0.2.10:3544")],
    [encodeTeredoAddress({ server: ip4("10.0.0.1"), flags: 0, mapping: b }), ELSEWHERE],
    [
      encodeTeredoAddress({ server: ACTORS.s2, flags: 0, mapping: at("10.0.0.1:4096") }),
      ELSEWHERE,
    ],
    [
      encodeTeredoAddress({ server: ACTORS.s2, flags: 0, mapping: at("192.0.2.10:0") }),
      ELSEWHERE,
    ],
  ];
  for (const [source, from] of strays) {
    const fixture = ClientFixture.a().receive(encodeBubble(source, addressOfA), from);
    assert(fixture.dropped !== undefined);
    assertEquals(fixture.sink.datagrams, []);
  }
});

Deno.test("X-04: whoever claims to be a client elsewhere makes us ask four times, and once a second", () => {
  const fixture = ClientFixture.a();
  let sent = 0;
  for (let i = 0; i < 1_000; i++) {
    sent += strayBubble(fixture).sink.datagrams.length;
    fixture.pass(10);
  }
  assert(sent >= 10 && sent <= 15, `${sent} challenges in ten seconds`);
});

Deno.test("X-04: those who do make us ask 2,000 times a second through one server, and leave nothing behind", () => {
  const fixture = ClientFixture.a();
  let sent = 0;
  for (let i = 0; i < 20_000; i++) {
    const mapping = at(`192.0.2.10:${10_000 + i}`);
    const source = encodeTeredoAddress({ server: ACTORS.s2, flags: 0, mapping });
    sent += fixture.receive(encodeBubble(source, addressOfA), ELSEWHERE).sink.datagrams.length;
    if (i % 10 === 0) fixture.pass(1);
  }
  assert(sent >= 7_500 && sent <= 4_000 + 2 * 2_000, `${sent} challenges in two seconds`);
  assertEquals(fixture.client.status(fixture.now).peers, []);
});

Deno.test("X-04: without symmetric NAT support nobody is asked", () => {
  const fixture = strayBubble(ClientFixture.a({ extensions: [] }));
  assertEquals([fixture.dropped, fixture.sink.datagrams], ["source_mismatch", []]);
});
