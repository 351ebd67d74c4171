/**
 * Where a peer seems to be by packets that anyone can forge, RFC 4380 §5.2.3 cases 3 and 5, and where
 * it has proved to be.
 */
import { assertEquals } from "@std/assert";
import { encodeBubble } from "../../../wire/bubble.ts";
import { addressOf, formatEndpoint } from "../../../wire/endpoint.ts";
import { sourceOf } from "../../../wire/ipv6_header.ts";
import { encodeTeredoAddress } from "../../../wire/teredo_address.ts";
import { encodeTeredoPacket } from "../../../wire/teredo_packet.ts";
import { encodeTrailers } from "../../../wire/trailers.ts";
import { seededRandom } from "../../sim/seeded_random.ts";
import { ACTORS, at } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1, S2 } from "../client_fixture.ts";

const { addressOfA, addressOfB, b } = ACTORS;
const OURS = portOf(S1, "primary");
const THEIRS = portOf(S2, "primary");
const ELSEWHERE = at("192.0.2.10:9999");

/** Where a packet for B goes. */
function placeOfB({ client, now }: ClientFixture): string | undefined {
  const place = client.route(packet(client.status(now).address!, addressOfB), now);
  return place && formatEndpoint(place);
}

/** B answers the challenge of the last action from a place. */
function answer(fixture: ClientFixture, from = ELSEWHERE): ClientFixture {
  const { bytes } = fixture.sink.datagrams.find(({ to }) => to === THEIRS)!;
  return fixture.receive(encodeBubble(addressOfB, sourceOf(bytes)), from);
}

/** B has proved that it is elsewhere. */
function elsewhere(): ClientFixture {
  return answer(ClientFixture.a().receive(encodeBubble(addressOfB, addressOfA), ELSEWHERE));
}

Deno.test("C-26: a packet from where a peer's address says does not move a peer that has proved another place", () => {
  const fixture = elsewhere().pass(5_000);
  const data = packet(addressOfB, addressOfA);
  assertEquals(fixture.receive(data, b).sink.packets, [data]);
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [THEIRS]);
  assertEquals(placeOfB(fixture), "192.0.2.10:9999");
  assertEquals(fixture.peer(addressOfB)!.heardAgo, 5_000);
  // Packets of the peer itself are not refused.
  assertEquals(fixture.receive(data, ELSEWHERE).dropped, undefined);
});

Deno.test("C-26: the answer to the challenge moves it", () => {
  const fixture = answer(elsewhere().receive(packet(addressOfB, addressOfA), b), b);
  assertEquals(placeOfB(fixture), formatEndpoint(b));
});

Deno.test("C-26: a packet from where its address says is believed when a peer has been silent", () => {
  const fixture = elsewhere().pass(30_000).receive(packet(addressOfB, addressOfA), b);
  assertEquals(placeOfB(fixture), formatEndpoint(b));
});

Deno.test("X-16: a forged alternate address and a packet from there do not move a peer", () => {
  const fixture = ClientFixture.a({ random: seededRandom("alternate") });
  const self = fixture.client.status(fixture.now).address!;
  fixture.send(packet(self, addressOfB)).receive(packet(addressOfB, self), b);
  const forged = encodeTeredoPacket({
    ipv6: encodeBubble(addressOfB, self),
    trailers: encodeTrailers({ nonce: 3, alternateAddresses: [at("192.0.2.10:6666")] }),
  });
  fixture.receive(forged, OURS).receive(packet(addressOfB, self), at("192.0.2.10:6666"));
  assertEquals(placeOfB(fixture), formatEndpoint(b));
});

/** The seconds of six minutes in which bubbles go to B's server while packets go both ways. */
function asked(fixture: ClientFixture): number[] {
  const seconds: number[] = [];
  for (let second = 0; second < 360; second++) {
    fixture.receive(packet(addressOfB, addressOfA), b);
    fixture.send(packet(addressOfA, addressOfB));
    const sent = [...fixture.sink.datagrams, fixture.record(1_000).map(([, it]) => it)].flat();
    if (sent.some(({ to }) => to === THEIRS)) seconds.push(second);
  }
  return seconds;
}

Deno.test("C-26, C-38: a peer that has proved nothing is asked four times in 300 s while the host sends to it", () => {
  const fixture = ClientFixture.a().receive(packet(addressOfB, addressOfA), b);
  assertEquals(asked(fixture), [2, 4, 35, 37, 302, 304, 335, 337]);
  assertEquals(fixture.sink.events, []);
});

Deno.test("C-26, C-38: a peer that gives no proof is looked for all the same when it falls silent", () => {
  const fixture = ClientFixture.a().receive(packet(addressOfB, addressOfA), b);
  for (let second = 0; second < 59; second++) {
    if (second < 30) fixture.receive(packet(addressOfB, addressOfA), b);
    fixture.send(packet(addressOfA, addressOfB)).pass(1_000);
  }
  assertEquals(placeOfB(fixture), undefined);
  const { datagrams } = fixture.send(packet(addressOfA, addressOfB)).sink;
  const bubbles = [...datagrams, ...fixture.record(8_000).map(([, it]) => it)];
  assertEquals(bubbles.filter(({ to }) => to === b).length, 4);
});

Deno.test("C-26: it is not asked before the host sends, nor after it has proved itself where it is or elsewhere", () => {
  const fixture = ClientFixture.a();
  for (let second = 0; second < 20; second++) {
    fixture.receive(packet(addressOfB, addressOfA), b);
    assertEquals(fixture.record(1_000).filter(([, { to }]) => to === THEIRS), []);
  }
  for (const place of [b, ELSEWHERE]) {
    const other = ClientFixture.a().receive(packet(addressOfB, addressOfA), b).pass(2_000);
    other.send(packet(addressOfA, addressOfB));
    answer(other, place);
    assertEquals(placeOfB(other), formatEndpoint(place));
    for (let second = 0; second < 20; second++) {
      other.send(packet(addressOfA, addressOfB));
      assertEquals(other.record(1_000).filter(([, { to }]) => to === THEIRS), []);
    }
  }
  assertEquals(asked(ClientFixture.a().meetB()), []);
});

Deno.test("C-26: a stranger is asked once for each packet, and not at all if its server is at its address", () => {
  const shared = encodeTeredoAddress({ server: addressOf(b), flags: 0, mapping: b });
  for (const [address, bubbles] of [[addressOfB, 1], [shared, 0]] as const) {
    const fixture = ClientFixture.a().receive(packet(address, addressOfA), b);
    let sent = 0;
    for (let second = 0; second < 29; second++) {
      fixture.send(packet(addressOfA, address));
      sent += fixture.sink.datagrams.length + fixture.record(1_000).length;
    }
    // A refresh is among them.
    assertEquals(sent, 29 + bubbles + 1);
  }
});

Deno.test("C-26: without RFC 6081 nobody is asked", () => {
  const fixture = ClientFixture.a({ extensions: [] }).receive(packet(addressOfB, addressOfA), b);
  assertEquals(asked(fixture), []);
});
