import { assert, assertEquals } from "@std/assert";
import { encodeBubble, isBubble } from "../../../wire/bubble.ts";
import { echoDataOf, encodeEcho, Icmpv6Type, isEcho } from "../../../wire/icmpv6.ts";
import { destinationOf, NextHeader } from "../../../wire/ipv6_header.ts";
import { ACTORS, at } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1 } from "../client_fixture.ts";
import { echo } from "../../relay/relay_fixture.ts";
import { seededRandom } from "../../sim/seeded_random.ts";

const { addressOfB, b } = ACTORS;
const GATEWAY = portOf(S1, "primary");

/** A client that waits for B, which does not answer. */
function waiting(): { fixture: ClientFixture; self: Uint8Array } {
  const fixture = ClientFixture.a({ random: seededRandom("gateway path") });
  const self = fixture.client.status(fixture.now).address!;
  fixture.send(packet(self, addressOfB, 8, NextHeader.TCP));
  return { fixture, self };
}

/** The connectivity tests among the datagrams of the last action. */
function tests(fixture: ClientFixture) {
  return fixture.sink.datagrams.filter(({ bytes }) => isEcho(bytes));
}

/** The gateway's answer to a test. */
function answerTo(test: Uint8Array, self: Uint8Array): Uint8Array {
  return encodeEcho({
    type: Icmpv6Type.ECHO_REPLY,
    source: addressOfB,
    destination: self,
    identifier: 1,
    sequence: 1,
    data: echoDataOf(test).slice(),
  });
}

/** A gateway has answered for B, to which a TCP segment waited. */
function behindGateway(): { fixture: ClientFixture; self: Uint8Array } {
  const { fixture, self } = waiting();
  const [test] = tests(fixture.wait(2_020));
  fixture.receive(answerTo(test!.bytes, self), GATEWAY);
  return { fixture, self };
}

Deno.test("a peer whose bubbles stay unanswered is tested through the server from the second attempt on", () => {
  const { fixture } = waiting();
  assertEquals(tests(fixture), []);
  const [test, ...more] = tests(fixture.wait(2_020));
  assertEquals(more, []);
  assertEquals(test!.to, GATEWAY);
  assertEquals(destinationOf(test!.bytes), addressOfB);
  assertEquals(fixture.sink.datagrams.filter(({ bytes }) => isBubble(bytes)).length, 2);
});

Deno.test("if nobody answers for it, the peer is tested three times and given up as before", () => {
  const { fixture } = waiting();
  const counts: number[] = [];
  while (fixture.peer(addressOfB)!.path === "searching") {
    counts.push(tests(fixture.wait(2_020)).length);
  }
  assertEquals(counts, [1, 1, 1, 0]);
  assertEquals(fixture.dropped, "peer_unreachable");
  fixture.send(packet(fixture.client.status(fixture.now).address!, addressOfB));
  assertEquals(fixture.sink.datagrams, [], "the limit of §5.2.6 holds");
});

Deno.test("what waited for a peer goes to the gateway that answers for it", () => {
  const { fixture } = behindGateway();
  assertEquals(fixture.events, ["peer_reached"]);
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [GATEWAY]);
  const peer = fixture.peer(addressOfB)!;
  assertEquals([peer.path, peer.mapping], ["gateway", GATEWAY]);
});

Deno.test("an answer with other data, or from a gateway that cannot be one, changes nothing", () => {
  const { fixture, self } = waiting();
  const [test] = tests(fixture.wait(2_020));
  const wrong = test!.bytes.slice();
  wrong[50]! ^= 1;
  assertEquals(fixture.receive(answerTo(wrong, self), GATEWAY).dropped, "source_mismatch");
  const answer = answerTo(test!.bytes, self);
  assertEquals(fixture.receive(answer, at("10.0.0.1:3544")).dropped, "source_not_global");
  assertEquals(fixture.peer(addressOfB)!.path, "searching");
});

Deno.test("data of the peer is taken from the gateway, and from nowhere else", () => {
  const { fixture, self } = behindGateway();
  const data = packet(addressOfB, self);
  assertEquals(fixture.receive(data, GATEWAY).sink.packets, [data]);
  assertEquals(fixture.receive(data, at("198.51.100.200:3544")).dropped, "source_mismatch");
  assertEquals(fixture.peer(addressOfB)!.octetsReceived, data.length);
});

Deno.test("the peer answers itself: it is reached directly", () => {
  const { fixture, self } = waiting();
  const [test] = tests(fixture.wait(2_020));
  fixture.receive(answerTo(test!.bytes, self), b);
  assertEquals(fixture.peer(addressOfB)!.path, "direct");
});

Deno.test("connections that began through the gateway stay there when the direct way opens, others do not", () => {
  const { fixture, self } = behindGateway();
  const old = packet(self, addressOfB, 20, NextHeader.TCP);
  const fresh = old.slice();
  fresh[41]!++;
  fixture.receive(encodeBubble(addressOfB, self), b);
  assertEquals(fixture.peer(addressOfB)!.path, "direct");
  assertEquals(fixture.send(old).sink.datagrams.map(({ to }) => to), [GATEWAY]);
  assertEquals(fixture.send(fresh).sink.datagrams.map(({ to }) => to), [b]);
  assertEquals(fixture.send(echo(self, addressOfB)).sink.datagrams.map(({ to }) => to), [b]);
  const answer = packet(addressOfB, self, 20, NextHeader.TCP);
  assertEquals(fixture.receive(answer, GATEWAY).sink.packets, [answer]);
  assertEquals(fixture.receive(answer, b).sink.packets, [answer]);
});

Deno.test("while the peer is behind the gateway, the direct way is tried every 25 seconds", () => {
  const { fixture, self } = behindGateway();
  const start = fixture.now;
  const tries: number[] = [];
  for (let second = 0; second < 120; second++) {
    fixture.pass(1_000).send(packet(self, addressOfB));
    const bubbles = fixture.sink.datagrams.filter(({ bytes }) => isBubble(bytes));
    if (bubbles.length > 0) tries.push((fixture.now - start) / 1_000);
    assert(bubbles.length === 0 || bubbles.length === 2, "a direct and an indirect one");
    fixture.receive(packet(addressOfB, self), GATEWAY);
  }
  assertEquals(tries, [25, 50, 75, 100]);
});

Deno.test("without traffic the direct way is not tried", () => {
  const { fixture } = behindGateway();
  fixture.pass(300_000);
  assertEquals(fixture.peer(addressOfB)!.path, "idle");
  assertEquals(fixture.sink.datagrams.filter(({ bytes }) => isBubble(bytes)), []);
});

Deno.test("a gateway that falls silent is doubted, tested and given up", () => {
  const { fixture, self } = behindGateway();
  const log: number[] = [];
  for (let second = 0; second < 20; second++) {
    fixture.wait(1_000).send(packet(self, addressOfB));
    if (tests(fixture).length > 0) log.push(second);
  }
  assert(log.length >= 1, "it was tested");
  assert(fixture.peer(addressOfB)!.path !== "gateway");
});

Deno.test("a peer that was behind the gateway is tested at once when it is wanted again", () => {
  const { fixture, self } = behindGateway();
  fixture.pass(40_000).send(packet(self, addressOfB));
  const [test] = tests(fixture);
  fixture.receive(answerTo(test!.bytes, self), GATEWAY);
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [GATEWAY]);
});

Deno.test("C-40: a TCP connection that began through the gateway stays there after an hour of rest", () => {
  const { fixture, self } = behindGateway();
  const segment = packet(self, addressOfB, 20, NextHeader.TCP);
  fixture.send(segment);
  fixture.pass(3_600_000).receive(echo(ACTORS.host, self), at("198.51.100.200:3544"));
  fixture.receive(encodeBubble(addressOfB, self), b);
  assertEquals(fixture.send(segment).sink.datagrams.map(({ to }) => to), [GATEWAY]);
});
