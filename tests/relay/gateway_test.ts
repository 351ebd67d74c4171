import { assert, assertEquals } from "@std/assert";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import { addressOf, endpoint } from "../../wire/endpoint.ts";
import { isLinkLocal } from "../../wire/ipv6_address.ts";
import { hopLimitOf, NextHeader, SOURCE, sourceOf } from "../../wire/ipv6_header.ts";
import { decodeTeredoAddress, encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { packet } from "../client/client_fixture.ts";
import { ACTORS, at, ip6 } from "../vectors/vectors.ts";
import { EVERYBODY, GatewayFixture, OWN } from "./gateway_fixture.ts";
import { echo } from "./relay_fixture.ts";

const { a, addressOfA, addressOfB, b, host } = ACTORS;

/** The IPv6 source of the bubble that the last action sent. */
function bubbleSource(fixture: GatewayFixture): string {
  const [sent] = fixture.sink.datagrams;
  const bubble = parseTeredoPacket(sent!.bytes);
  assert(typeof bubble !== "string" && isBubble(bubble.ipv6) && isLinkLocal(bubble.ipv6, SOURCE));
  return sourceOf(bubble.ipv6).toHex();
}

Deno.test("a client's test leaves with one hop less, and the client is looked for meanwhile", () => {
  const test = echo(addressOfA, host);
  const { sink } = new GatewayFixture().receive(test);
  assertEquals(sink.packets.length, 1);
  assertEquals(hopLimitOf(sink.packets[0]!), hopLimitOf(test) - 1);
  assertEquals(sink.datagrams.map(({ to }) => to), [a], "through the server next to it");
});

Deno.test("the reply waits until the client has answered the bubble", () => {
  const fixture = new GatewayFixture().receive(echo(addressOfA, host));
  const bubbles = [...fixture.sink.datagrams];
  const reply = packet(host, addressOfA);
  assertEquals(fixture.fromKernel(reply).sink.datagrams, []);
  fixture.sink.datagrams.push(...bubbles);
  assertEquals(fixture.answerBubble().sink.datagrams.map(({ to, bytes }) => [to, bytes]), [[
    a,
    reply,
  ]]);
});

Deno.test("each client gets bubbles from another address", () => {
  const fixture = new GatewayFixture({ rules: { ...EVERYBODY, servers: undefined } });
  const ofA = bubbleSource(fixture.receive(echo(addressOfA, host)));
  const ofB = bubbleSource(fixture.receive(echo(addressOfB, host), b));
  assert(ofA !== ofB);
  const forged = encodeBubble(addressOfA, Uint8Array.fromHex(ofB));
  assertEquals(fixture.receive(forged).sink.drops, ["peer_not_trusted"]);
});

Deno.test("a test of another client goes to the kernel, not to that client", () => {
  const { sink } = new GatewayFixture().receive(echo(addressOfA, addressOfB));
  assertEquals(sink.packets.length, 1);
  assertEquals(sink.datagrams, []);
});

Deno.test("a test of another client pays for that one's bubble; the answer, or a few more tests, for one to the sender", () => {
  const tested = () => {
    const fixture = new GatewayFixture().receive(echo(addressOfA, addressOfB));
    const [test] = fixture.sink.packets;
    test!.set(OWN, SOURCE);
    fixture.fromKernel(test!);
    assertEquals(fixture.sink.datagrams.map(({ to }) => addressOf(to)), [ACTORS.s2]);
    return fixture;
  };
  assertEquals(
    tested().fromKernel(echo(addressOfB, addressOfA)).sink.datagrams.map(({ to }) => to),
    [
      a,
    ],
  );
  const unanswered = tested();
  const again = () => unanswered.receive(echo(addressOfA, addressOfB)).sink.datagrams.length;
  assertEquals([again(), again(), again()], [0, 0, 1]);
});

Deno.test("the reply to a client's test pays for no second bubble, and waits for the answer to the first", () => {
  const fixture = new GatewayFixture().receive(echo(addressOfA, host));
  assertEquals(fixture.sink.datagrams.length, 1);
  const [bubble] = fixture.sink.datagrams;
  fixture.fromKernel(echo(host, addressOfA));
  const { machine } = fixture;
  while (machine.nextTimer() < Infinity) {
    fixture.now = machine.nextTimer();
    machine.handleTimer(fixture.now, fixture.sink);
  }
  assertEquals(fixture.sink.datagrams, []);
  const waiting = new GatewayFixture().receive(echo(addressOfA, host));
  assertEquals(waiting.sink.datagrams, [bubble]);
  waiting.fromKernel(echo(host, addressOfA)).sink.datagrams.push(bubble!);
  assertEquals(waiting.answerBubble().sink.datagrams.map(({ to }) => to), [a]);
});

Deno.test("forged packets from a client's mapping with other flags leave the client its bubbles", () => {
  const fixture = new GatewayFixture();
  const real = decodeTeredoAddress(addressOfA)!;
  for (let flags = 0; flags < 200; flags++) {
    const forged = encodeTeredoAddress({ ...real, flags });
    fixture.receive(packet(forged, host, 20, NextHeader.TCP));
  }
  fixture.now += 10;
  const data = packet(addressOfA, host, 20, NextHeader.TCP);
  fixture.receive(data).answerBubble();
  assertEquals(fixture.receive(data).outcome, { packets: 1, drops: [] });
});

Deno.test("1,000 forged datagrams a second from a NAT's ports leave its clients the gateway", () => {
  const fixture = new GatewayFixture();
  const real = decodeTeredoAddress(addressOfA)!;
  for (let i = 0; i < 10_000; i++) {
    const mapping = endpoint(addressOf(a), 10_000 + i);
    const forged = encodeTeredoAddress({ ...real, mapping });
    fixture.now += 1;
    fixture.receive(packet(forged, host, 20, NextHeader.TCP), mapping);
  }
  const data = packet(addressOfA, host, 20, NextHeader.TCP);
  fixture.receive(data).answerBubble();
  assertEquals(fixture.receive(data).outcome, { packets: 1, drops: [] });
});

Deno.test("a client that the gateway has forgotten is found again by its first packet", () => {
  const fixture = new GatewayFixture();
  const data = packet(addressOfA, host, 20, NextHeader.TCP);
  fixture.receive(data).answerBubble();
  assertEquals(fixture.receive(data).outcome, { packets: 1, drops: [] });
});

Deno.test("octets count for the account of the client's address, in both directions", () => {
  const fixture = new GatewayFixture().meetA();
  fixture.receive(packet(addressOfA, host, 100));
  fixture.fromKernel(packet(host, addressOfA, 200)).fromKernel(packet(host, addressOfA, 300));
  const { accounts } = fixture.machine.status(fixture.now).relay.gateway!;
  assertEquals(accounts, [{ name: "192.0.2.1", octetsOut: 140, octetsIn: 580, usedAgo: 0 }]);
  const [peer] = fixture.machine.status(fixture.now).relay.peers;
  assertEquals(peer!.account, "192.0.2.1");
});

Deno.test("with servers elsewhere, the kernel alone decides what answers a client's test", () => {
  const rules = { ...EVERYBODY, serversElsewhere: true };
  const { sink } = new GatewayFixture({ rules }).fromKernel(packet(host, addressOfA, 20));
  assertEquals(sink.drops, []);
  assertEquals(sink.datagrams.map(({ to }) => to), [a]);
});

Deno.test("an error of the gateway's own host reaches the client, and opens nothing", () => {
  const fixture = new GatewayFixture().meetA();
  fixture.fromKernel(echo(OWN, addressOfA));
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [a]);
  const toOwn = packet(addressOfA, OWN, 20, NextHeader.TCP);
  assertEquals(fixture.receive(toOwn).sink.drops, ["own_service"]);
});

Deno.test("services of the gateway's host are open where the rules say so", () => {
  const fixture = new GatewayFixture({ rules: { ...EVERYBODY, ownServices: true } }).meetA();
  const toOwn = packet(addressOfA, OWN, 20, NextHeader.TCP);
  assertEquals(fixture.receive(toOwn).outcome, { packets: 1, drops: [] });
});

Deno.test("what a client exchanges with the gateway's host counts, and has the same limit", () => {
  const rules = { ...EVERYBODY, ownServices: true };
  const fixture = new GatewayFixture({ rules }).meetA();
  const toOwn = packet(addressOfA, OWN, 20, NextHeader.TCP);
  const fromOwn = packet(OWN, addressOfA, 120, NextHeader.TCP);
  fixture.receive(toOwn).fromKernel(fromOwn);
  const { accounts } = fixture.machine.status(fixture.now).relay.gateway!;
  assertEquals(accounts.map(({ octetsOut, octetsIn }) => [octetsOut, octetsIn]), [[60, 160]]);
  fixture.relay.reconfigure({ ...rules, accountRate: { perSecond: 10, burst: 10 } });
  assertEquals(fixture.receive(toOwn).sink.drops, ["client_rate"]);
  assertEquals(fixture.fromKernel(fromOwn).sink.drops, ["client_rate"]);
});

Deno.test("services of the gateway's host are for clients that may use the gateway", () => {
  const rules = { ...EVERYBODY, ownServices: true };
  const fixture = new GatewayFixture({ rules }).meetA();
  fixture.relay.reconfigure({ ...rules, servers: [] });
  const toOwn = packet(addressOfA, OWN, 20, NextHeader.TCP);
  assertEquals(fixture.receive(toOwn).sink.drops, ["gateway_other_server"]);
});

Deno.test("a stranger's test of the gateway's host makes it look for nobody", () => {
  const fixture = new GatewayFixture({ rules: { ...EVERYBODY, servers: [] } });
  const { sink } = fixture.receive(echo(addressOfA, OWN));
  assertEquals(sink.drops, ["gateway_other_server"]);
  assertEquals([sink.packets, sink.datagrams], [[], []]);
});

Deno.test("a client whose address names a server that is not global is not looked for", () => {
  const fixture = new GatewayFixture({ rules: { ...EVERYBODY, servers: undefined } });
  const source = addressOfA.slice();
  source.set(ip6("2001:0:e030:3030::").subarray(0, 8));
  for (const datagram of [packet(source, host, 20, NextHeader.TCP), echo(source, host)]) {
    assertEquals(fixture.receive(datagram).sink.datagrams, [], "none to 224.48.48.48");
  }
});

Deno.test("other rules take effect within a second, and counts stay", () => {
  const fixture = new GatewayFixture().meetA();
  fixture.receive(packet(addressOfA, host, 100));
  fixture.relay.reconfigure({ ...EVERYBODY, accountRate: { perSecond: 10, burst: 10 } });
  assertEquals(fixture.receive(packet(addressOfA, host)).sink.drops, ["client_rate"]);
  fixture.relay.reconfigure({ ...EVERYBODY, servers: [] });
  assertEquals(fixture.receive(packet(addressOfA, host)).sink.drops, ["gateway_other_server"]);
  const { accounts } = fixture.machine.status(fixture.now).relay.gateway!;
  assertEquals(accounts[0]!.octetsOut, 140);
});

Deno.test("a client behind a symmetric NAT proves where it is by answering the bubble's source", () => {
  const elsewhere = at("192.0.2.1:9999");
  const fixture = new GatewayFixture().receive(echo(addressOfA, host));
  fixture.answerBubble(addressOfA, elsewhere);
  assertEquals(fixture.sink.drops, []);
  assertEquals(fixture.machine.status(fixture.now).relay.peers[0]!.mapping, elsewhere);
  const forged = encodeBubble(addressOfA, host);
  assertEquals(fixture.receive(forged, at("192.0.2.1:9998")).sink.drops, ["source_mismatch"]);
});

Deno.test("an answer to the bubble is believed from no other IPv4 address than the client's", () => {
  const victim = at("198.51.100.9:53");
  const fixture = new GatewayFixture().receive(echo(addressOfA, host));
  const { bytes } = fixture.sink.datagrams.at(-1)!;
  assertEquals(fixture.answerBubble(addressOfA, victim).outcome.drops, ["source_mismatch"]);
  fixture.sink.datagrams.push({ to: a, via: "primary", bytes });
  // Nor once the client has been met where it is.
  fixture.answerBubble(addressOfA, a);
  fixture.sink.datagrams.push({ to: a, via: "primary", bytes });
  assertEquals(fixture.answerBubble(addressOfA, victim).outcome.drops, ["source_mismatch"]);
  assertEquals(fixture.fromKernel(echo(host, addressOfA)).sink.datagrams.map(({ to }) => to), [a]);
});

/** Silence of that length, and then another client, which what is long silent makes room for. */
function silenceThenB(fixture: GatewayFixture, milliseconds: number): void {
  fixture.now += milliseconds;
  fixture.receive(echo(addressOfB, host), b).answerBubble(addressOfB, b);
}

Deno.test("C-40: a TCP connection through a gateway may rest for two hours", () => {
  const rules = { ...EVERYBODY, servers: undefined };
  const fixture = new GatewayFixture({ rules }).meetA();
  fixture.receive(packet(addressOfA, host, 20, NextHeader.TCP));
  silenceThenB(fixture, 7_200_000);
  assertEquals(fixture.fromKernel(packet(host, addressOfA, 20, NextHeader.TCP)).sink.drops, []);
});

Deno.test("C-40: a client that another one calls may let a TCP connection rest for two hours", () => {
  const rules = { ...EVERYBODY, servers: undefined };
  const fixture = new GatewayFixture({ rules }).meetA();
  fixture.fromKernel(packet(OWN, addressOfA, 20, NextHeader.TCP));
  silenceThenB(fixture, 7_200_000);
  const answer = packet(addressOfA, OWN, 20, NextHeader.TCP);
  assertEquals(fixture.receive(answer).outcome, { packets: 1, drops: [] });
});

Deno.test("C-40: a gateway forgets a client whose TCP connections have rested for longer, and one without any", () => {
  const rules = { ...EVERYBODY, servers: undefined };
  const fixture = new GatewayFixture({ rules }).meetA();
  fixture.receive(packet(addressOfA, host, 20, NextHeader.TCP));
  silenceThenB(fixture, 7_440_000);
  const toA = packet(host, addressOfA, 20, NextHeader.TCP);
  assertEquals(fixture.fromKernel(toA).sink.drops, ["unsolicited"]);
  fixture.now += 600_000;
  fixture.meetA();
  const toB = packet(host, addressOfB, 20, NextHeader.TCP);
  assertEquals(fixture.fromKernel(toB).sink.drops, ["unsolicited"]);
});
