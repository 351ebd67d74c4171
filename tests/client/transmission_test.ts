import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { CLIENT_LIMITS } from "../../client/client_limits.ts";
import type { ClientConfig } from "../../client/client_config.ts";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import { hasValidIcmpv6Checksum } from "../../wire/checksum.ts";
import { addressOf, type Endpoint, endpoint, formatEndpoint } from "../../wire/endpoint.ts";
import {
  echoDataOf,
  icmpv6CodeOf,
  Icmpv6Type,
  icmpv6TypeOf,
  isEchoRequest,
  UnreachableCode,
} from "../../wire/icmpv6.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { destinationOf, NextHeader, sourceOf } from "../../wire/ipv6_header.ts";
import { getU32 } from "../../memory/octets.ts";
import { encodeTeredoAddress } from "../../wire/teredo_address.ts";
import { withTrailers } from "../../wire/trailers.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { ACTORS, address, at, hex, ip4, ip6, vector } from "../vectors/vectors.ts";
import { ClientFixture, packet, portOf, replyTo, S1, S2, vectorRandom } from "./client_fixture.ts";

const { a, addressOfA, addressOfB, b, host, relay } = ACTORS;
const PRIMARY = portOf(S1, "primary");
/** Where the two bubbles for B go: to itself and to its server. */
const BUBBLE_TARGETS = ["192.0.2.10:8192", "198.51.100.118:3544"];

/** The Teredo address of a client of S2 at `mapping`. */
function clientAt(mapping: Endpoint, server = ACTORS.s2): Uint8Array {
  return encodeTeredoAddress({ server, flags: 0, mapping });
}

/** The `index`th of many native hosts. */
function hostAt(index: number): Uint8Array {
  const bytes = ip6("2001:db8:1::");
  bytes[14] = index >>> 8;
  bytes[15] = index;
  return bytes;
}

/** Asserts that the last action gave the host one ICMPv6 error about `packet`. */
function assertError(fixture: ClientFixture, type: number, code: number, about: Uint8Array): void {
  const [error, ...more] = fixture.sink.packets;
  assertEquals(more, []);
  assertEquals([icmpv6TypeOf(error!), icmpv6CodeOf(error!)], [type, code]);
  assert(hasValidIcmpv6Checksum(error!));
  assertEquals(destinationOf(error!), sourceOf(about));
  // It is the router of the link that reports: the server, by its link-local address.
  assertEquals(sourceOf(error!), address("A8").octets);
  assertEquals(error!.slice(48), about.slice(0, 1280 - 48));
}

Deno.test("C-32: data to a trusted peer goes straight to its mapping", () => {
  const fixture = ClientFixture.a().meetB();
  const data = packet(addressOfA, addressOfB);
  fixture.pass(29_999).send(data);
  assertEquals(fixture.sink.datagrams, [{ to: b, via: "service", bytes: data }]);
});

Deno.test("C-32: 30 s after its last packet a peer is looked for again", () => {
  const fixture = ClientFixture.a().receive(encodeBubble(addressOfB, addressOfA), b);
  fixture.pass(30_000).send(packet(addressOfA, addressOfB));
  assertEquals(fixture.targets, BUBBLE_TARGETS);
});

Deno.test("C-32: sending to a peer does not prolong its validity", () => {
  const fixture = ClientFixture.a().meetB();
  const data = packet(addressOfA, addressOfB);
  for (let second = 0; second < 30; second++) {
    assertEquals(fixture.send(data).sink.datagrams[0]!.bytes, data);
    fixture.pass(1_000);
  }
  // A bubble comes no sooner than two seconds after that data, which waits for it.
  assertEquals(fixture.send(data).sink.datagrams, []);
  assertEquals(fixture.pass(2_100).sink.drops, []);
});

Deno.test("C-32, C-38: data counts as transmission, so bubbles wait for two seconds", () => {
  const fixture = ClientFixture.a().meetB();
  fixture.pass(29_000).send(packet(addressOfA, addressOfB)).pass(1_000);
  assertEquals(fixture.send(packet(addressOfA, addressOfB)).sink.datagrams, []);
  assertEquals(fixture.wait(2_020).targets, BUBBLE_TARGETS);
});

Deno.test("C-33, V14: a packet for a native host waits for an echo through our own server", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, host));
  assertEquals(fixture.sink.datagrams, [
    { to: PRIMARY, via: "service", bytes: vector("V14").payload },
  ]);
  assertEquals(vector("V14").destination, PRIMARY);
});

Deno.test("C-33: the echo is sent four times in all, two seconds apart, before the client gives up", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, host));
  const start = fixture.now;
  const times = [0];
  while (fixture.sink.drops.length === 0) {
    for (const { to } of fixture.waitForTimer().sink.datagrams) {
      if (to === PRIMARY) times.push(fixture.now - start);
    }
  }
  assertEquals(times, [0, 2_020, 4_040, 6_060]);
  assertEquals(fixture.now - start, 8_080);
});

Deno.test("C-33: a native host that did not answer is tried again with the next packet", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, host)).wait(8_080);
  assertEquals(fixture.events, ["peer_unreachable"]);
  assertEquals(fixture.send(packet(addressOfA, host)).targets, ["203.0.113.120:3544"]);
  assertEquals(fixture.wait(2_020).targets, ["203.0.113.120:3544"]);
});

Deno.test("C-34: each search draws its own 16 random octets", () => {
  const fixture = new ClientFixture().qualify();
  const self = fixture.client.status(fixture.now).address!;
  const drawn = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const [echo] = fixture.send(packet(self, hostAt(i))).sink.datagrams;
    const data = echoDataOf(echo!.bytes);
    assertEquals(data.length, 16);
    drawn.add(data.toHex());
  }
  assertEquals(drawn.size, 20);
});

Deno.test("C-35, V8 and V9: a direct bubble and one through the destination's server", () => {
  const fixture = ClientFixture.a({ extensions: [] });
  fixture.send(packet(addressOfA, addressOfB));
  assertEquals(fixture.sink.datagrams, [
    { to: vector("V8").destination, via: "service", bytes: vector("V8").payload },
    { to: vector("V9").destination, via: "service", bytes: vector("V9").payload },
  ]);
});

Deno.test("C-35: the bubbles are sent four times in all, two seconds apart", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, addressOfB));
  const start = fixture.now;
  const times = [0];
  while (fixture.sink.drops.length === 0) {
    const { datagrams } = fixture.waitForTimer().sink;
    if (datagrams.some(({ to }) => to === b)) times.push(fixture.now - start);
  }
  assertEquals(times, [0, 2_020, 4_040, 6_060]);
});

Deno.test("C-36: the cone bit of a destination is ignored", () => {
  const cone = addressOfB.with(8, addressOfB[8]! | 0x80);
  const fixture = ClientFixture.a().send(packet(addressOfA, cone));
  assertEquals(fixture.targets, ["192.0.2.10:8192", "198.51.100.118:3544"]);
  assert(fixture.sink.datagrams.every(({ bytes }) => isBubble(bytes)));
});

Deno.test("C-37, threat 8: nothing is sent to a destination that embeds a non-global address", () => {
  const mapped = [
    "10.0.0.1",
    "127.0.0.1",
    "192.168.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
  ];
  const destinations = [
    ...mapped.map((text) => clientAt(endpoint(ip4(text), 4096))),
    clientAt(at("192.0.2.10:0")),
    clientAt(b, ip4("10.0.0.1")),
    clientAt(b, ip4("224.0.0.253")),
  ];
  for (const destination of destinations) {
    const fixture = ClientFixture.a().send(packet(addressOfA, destination));
    assertEquals(fixture.sink.drops, ["destination_not_global"]);
    assertEquals([fixture.sink.datagrams, fixture.sink.packets], [[], []]);
    assertEquals(fixture.client.status(fixture.now).peers, []);
  }
});

Deno.test("an ICMPv6 error goes to a peer that can be reached, and nobody is looked for to get one", () => {
  const fixture = ClientFixture.a().receive(encodeBubble(addressOfB, addressOfA), b);
  for (const type of [1, Icmpv6Type.PACKET_TOO_BIG, Icmpv6Type.TIME_EXCEEDED]) {
    const errorTo = (destination: Uint8Array) => {
      const error = packet(addressOfA, destination, 100, NextHeader.ICMPV6);
      error[40] = type;
      return error;
    };
    assertEquals(fixture.send(errorTo(addressOfB)).targets, ["192.0.2.10:8192"]);
    for (const stranger of [clientAt(at("192.0.2.66:4096")), hostAt(1)]) {
      fixture.send(errorTo(stranger));
      assertEquals([fixture.targets, fixture.dropped], [[], "late_error"]);
      assertEquals(fixture.peer(stranger), undefined);
    }
  }
  const error = packet(addressOfA, addressOfB, 100, NextHeader.ICMPV6);
  fixture.pass(30_000).send(error);
  assertEquals([fixture.targets, fixture.dropped], [[], "late_error"]);
  error[40] = 128;
  assertEquals(fixture.send(error).targets, BUBBLE_TARGETS);
});

Deno.test("C-38: no fifth bubble goes to a silent peer within 300 s", () => {
  const fixture = ClientFixture.a();
  const start = fixture.now;
  const times: number[] = [];
  for (let i = 0; i < 800; i++) {
    fixture.send(packet(addressOfA, addressOfB));
    const count = () => fixture.sink.datagrams.filter(({ to }) => to === b).length;
    if (count() > 0) times.push(fixture.now - start);
    const solicitations = [];
    const before = fixture.now;
    while (fixture.client.nextTimer() <= before + 500) {
      fixture.waitForTimer();
      if (count() > 0) times.push(fixture.now - start);
      solicitations.push(...fixture.solicitations);
    }
    solicitations.forEach((sent) => fixture.answerTo(sent));
    fixture.wait(before + 500 - fixture.now);
  }
  assert(times.length >= 5, `${times}`);
  for (let i = 1; i < times.length; i++) assert(times[i]! - times[i - 1]! >= 2_000, `${times}`);
  for (let i = 4; i < times.length; i++) assert(times[i]! - times[i - 4]! >= 300_000, `${times}`);
});

Deno.test("C-38: answers to indirect bubbles obey the same limits, but for one every 20 s", () => {
  const fixture = ClientFixture.b();
  const { payload, source } = vector("V10");
  const start = fixture.now;
  const times: number[] = [];
  for (let second = 0; second < 320; second++) {
    if (fixture.receive(payload, source).targets.includes(formatEndpoint(a))) {
      times.push(fixture.now);
    }
    for (const [time, { to }] of fixture.record(1_000)) if (to === a) times.push(time);
  }
  const further = Array.from({ length: 15 }, (_, i) => 26 + 20 * i);
  assertEquals(times.map((time) => (time - start) / 1_000), [0, 2, 4, 6, ...further]);
});

Deno.test("C-31, C-38: an answer that is due too soon goes out two seconds after the last packet", () => {
  const fixture = ClientFixture.b();
  const { payload, source } = vector("V10");
  const answer = { to: a, via: "service", bytes: encodeBubble(addressOfB, addressOfA) } as const;
  assertEquals(fixture.receive(payload, source).sink.datagrams, [answer]);
  assertEquals(fixture.pass(500).receive(payload, source).sink.datagrams, []);
  assertEquals(fixture.wait(1_499).sink.datagrams, []);
  assertEquals(fixture.wait(1).sink.datagrams, [answer]);
  assertEquals(fixture.wait(10_000).sink.datagrams, []);
});

Deno.test("C-38: a search that begins too soon after a bubble sends its own as soon as it may", () => {
  const fixture = ClientFixture.b();
  const { payload, source } = vector("V10");
  fixture.receive(payload, source).pass(500).send(packet(addressOfB, addressOfA));
  assertEquals(fixture.sink.datagrams, []);
  assertEquals(fixture.wait(1_499).sink.datagrams, []);
  assertEquals(fixture.wait(1).targets, ["192.0.2.1:4096", "203.0.113.120:3544"]);
});

Deno.test("C-38: a direct packet resets the count of bubbles", () => {
  const fixture = ClientFixture.b();
  const { payload, source } = vector("V10");
  const answers = () => {
    let count = 0;
    for (let i = 0; i < 10; i++) {
      count += fixture.receive(payload, source).sink.datagrams.length;
      fixture.pass(2_000);
    }
    return count;
  };
  assertEquals(answers(), 4);
  fixture.receive(encodeBubble(addressOfA, addressOfB), a);
  assertEquals(answers(), 4);
});

Deno.test("one address and port gets 500 bubbles a second, whatever IPv6 addresses are minted for it", () => {
  const fixture = ClientFixture.a();
  let count = 0;
  for (let i = 0; i < 10_000; i++) {
    const source = encodeTeredoAddress({
      server: ipv4Address(i << 8 | 0x0b000001),
      flags: i,
      mapping: b,
    });
    count += fixture.receive(encodeBubble(source, addressOfA), PRIMARY).sink.datagrams.length;
    if (i % 2 === 0) fixture.pass(1);
  }
  assert(count >= 3_400 && count <= 1_000 + 5 * 500, `${count}`);
});

Deno.test("one address gets 2,000 bubbles a second, whatever ports are named", () => {
  const fixture = ClientFixture.a();
  let count = 0;
  for (let i = 0; i < 20_000; i++) {
    const source = clientAt(endpoint(addressOf(b), 1024 + i));
    count += fixture.receive(encodeBubble(source, addressOfA), PRIMARY).sink.datagrams.length;
    if (i % 10 === 0) fixture.pass(1);
  }
  assert(count >= 7_500 && count <= 4_000 + 2 * 2_000, `${count}`);
});

Deno.test("C-39: a bubble creates the missing entry, and counts as transmission", () => {
  const fixture = ClientFixture.b().receive(vector("V10").payload, vector("V10").source);
  assertEquals(fixture.peer(addressOfA)!.path, "searching");
  assertEquals(fixture.peer(addressOfA)!.heardAgo, 30_000);
  assertEquals(fixture.wait(1_999).send(packet(addressOfB, addressOfA)).sink.datagrams, []);
});

Deno.test("C-40, threat 5: the peer list is bounded, and a flood leaves peers in use", () => {
  const fixture = ClientFixture.a({ maxPeers: 100 });
  fixture.receive(encodeBubble(addressOfB, addressOfA), b);
  for (let i = 0; i < 10_000; i++) {
    const mapping = endpoint(ipv4Address(0x0b000000 + i), 4096);
    // Every tenth sender has spoofed its address well enough to be trusted.
    const [payload, from] = i % 10 === 0
      ? [encodeBubble(clientAt(mapping), addressOfA), mapping] as const
      : [encodeBubble(clientAt(mapping), addressOfA), PRIMARY] as const;
    fixture.receive(payload, from);
    if (i % 10 === 0) fixture.receive(packet(addressOfB, addressOfA), b);
    assert(fixture.client.status(fixture.now).peers.length <= 100);
  }
  assertEquals(fixture.send(packet(addressOfA, addressOfB)).targets, ["192.0.2.10:8192"]);
});

/** How many octets are kept of packets for many destinations before the first is refused. */
function queued(config: Partial<ClientConfig>, destinations: number): number {
  const fixture = ClientFixture.a({
    random: seededRandom("queues"),
    limits: { ...CLIENT_LIMITS, testsForHost: { perSecond: 1, burst: 1 } },
    ...config,
  });
  const self = fixture.client.status(fixture.now).address!;
  let octets = 0;
  for (let i = 0;; i++) {
    const data = packet(self, hostAt(i % destinations), 960);
    if (fixture.send(data).sink.drops.includes("queue_full")) return octets;
    octets += data.length;
  }
}

Deno.test("C-40: queues are bounded per peer and in total", () => {
  assertEquals(queued({}, 1), 128_000);
  assertEquals(queued({ queuePerPeer: 5_000 }, 1), 5_000);
  assertEquals(queued({ queuePerPeer: 5_000, queueTotal: 50_000 }, 1_000), 50_000);
});

Deno.test("C-40: the room of an evicted peer's queue is free again", () => {
  const fixture = ClientFixture.a({ random: seededRandom("x"), maxPeers: 4, queueTotal: 4_000 });
  const self = fixture.client.status(fixture.now).address!;
  for (let i = 0; i < 100; i++) {
    fixture.send(packet(self, hostAt(i), 960));
    assert(!fixture.sink.drops.includes("queue_full"), `${i}`);
  }
});

for (const destination of [host, addressOfB]) {
  Deno.test(`C-41: after waiting for ${destination === host ? "a native host" : "a client"} in vain the sender gets an error`, () => {
    const data = packet(addressOfA, destination);
    const fixture = ClientFixture.a().send(data).wait(8_079);
    assertEquals(fixture.sink.packets, []);
    fixture.wait(1);
    assertEquals([fixture.events, fixture.sink.drops], [["peer_unreachable"], [
      "peer_unreachable",
    ]]);
    assertError(fixture, Icmpv6Type.DESTINATION_UNREACHABLE, UnreachableCode.ADDRESS, data);
  });
}

Deno.test("C-41: errors are limited to ten at once and ten a second", () => {
  const fixture = ClientFixture.a();
  let errors = 0;
  for (let i = 0; i < 1_000; i++) {
    fixture.send(packet(addressOfB, host));
    errors += fixture.sink.packets.length;
    fixture.wait(5);
  }
  assert(errors >= 59 && errors <= 61, `${errors}`);
});

Deno.test("C-41: no error is sent about an error", () => {
  const error = packet(addressOfA, ip6("fe80::1"), 8, NextHeader.ICMPV6);
  error[40] = Icmpv6Type.DESTINATION_UNREACHABLE;
  assertEquals(ClientFixture.a().send(error).sink.packets, []);
});

Deno.test("while not qualified, the host is told that destinations are unreachable", () => {
  const fixture = new ClientFixture().wait(0);
  const data = packet(addressOfA, host);
  assertEquals(fixture.send(data).dropped, "not_qualified");
  assertError(fixture, Icmpv6Type.DESTINATION_UNREACHABLE, UnreachableCode.ADDRESS, data);
});

Deno.test("6.4 rule 0: a packet from another source is refused with code 1", () => {
  const data = packet(ip6("fd00::1"), host);
  const fixture = ClientFixture.a().send(data);
  assertEquals(fixture.dropped, "source_invalid");
  assertError(fixture, Icmpv6Type.DESTINATION_UNREACHABLE, UnreachableCode.PROHIBITED, data);
});

Deno.test("6.4 rule 0: a destination beyond the scope of the source is refused with code 2", () => {
  const data = packet(addressOfA, ip6("fe80::1"));
  const fixture = ClientFixture.a().send(data);
  assertEquals(fixture.dropped, "destination_invalid");
  assertError(fixture, Icmpv6Type.DESTINATION_UNREACHABLE, UnreachableCode.BEYOND_SCOPE, data);
});

Deno.test("6.4 rule 0: multicast, and anything but a whole IPv6 packet, is dropped silently", () => {
  const data = packet(addressOfA, host);
  const longer = new Uint8Array([...data, 0]);
  const nonsense = [new Uint8Array(0), hex("60"), data.slice(0, 39), data.slice(0, 47), longer];
  for (const wrong of [packet(addressOfA, ip6("ff02::2")), data.with(0, 0x45), ...nonsense]) {
    const fixture = ClientFixture.a().send(wrong);
    assertEquals(fixture.sink.drops.length, 1);
    assertEquals([fixture.sink.packets, fixture.sink.datagrams], [[], []]);
  }
});

Deno.test("a packet longer than the MTU is answered with Packet Too Big, known peer or not", () => {
  const data = packet(addressOfA, addressOfB, 1241);
  const fixture = ClientFixture.a();
  for (const known of [false, true]) {
    if (known) fixture.receive(encodeBubble(addressOfB, addressOfA), b);
    assertEquals(fixture.send(data).dropped, "packet_too_big");
    assertError(fixture, Icmpv6Type.PACKET_TOO_BIG, 0, data);
    assertEquals(getU32(fixture.sink.packets[0]!, 44), 1280);
    assertEquals(fixture.sink.datagrams, []);
  }
  assertEquals(fixture.send(packet(addressOfA, addressOfB, 1240)).dropped, undefined);
});

Deno.test("C-49: a packet to our own mapping under another address is dropped", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, clientAt(a)));
  assertEquals(fixture.sink.drops, ["loop"]);
  assertEquals([fixture.sink.datagrams, fixture.sink.packets], [[], []]);
});

Deno.test("C-49, threat 12: a flood from native sources causes at most the global rate of echoes", () => {
  const fixture = ClientFixture.a({
    random: seededRandom("flood"),
    limits: { ...CLIENT_LIMITS, testsForOthers: { perSecond: 10, burst: 20 } },
  });
  const self = fixture.client.status(fixture.now).address!;
  let echoes = 0;
  const count = () => echoes += fixture.sink.datagrams.length - fixture.solicitations.length;
  for (let i = 0; i < 10_000; i++) {
    fixture.receive(packet(hostAt(i), self), relay);
    count();
    fixture.wait(1);
    count();
    fixture.solicitations.forEach((sent) => fixture.answerTo(sent));
  }
  assert(echoes >= 100 && echoes <= 121, `${echoes}`);
});

Deno.test("threat 12: a packet in the name of a known native host causes one echo, whatever its relay sends", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, host));
  fixture.receive(vector("V15").payload, relay);
  fixture.receive(packet(host, addressOfA), at("198.51.100.66:6666"));
  let echoes = 1;
  for (let second = 0; second < 20; second++) {
    fixture.wait(1_000);
    echoes += fixture.sink.datagrams.length - fixture.solicitations.length;
    fixture.solicitations.forEach((sent) => fixture.answerTo(sent));
    fixture.receive(packet(host, addressOfA), relay).send(packet(addressOfA, host));
    assertEquals(fixture.targets, ["198.51.100.200:3545"]);
  }
  assertEquals(echoes, 1);
});

Deno.test("threat 12: a packet in the name of a native host that fell silent causes one echo", () => {
  const fixture = ClientFixture.a({ random: seededRandom("silent") });
  const self = fixture.client.status(fixture.now).address!;
  const echoes = (milliseconds: number) =>
    fixture.sink.datagrams.length +
    fixture.record(milliseconds).filter(([, { bytes }]) => isEchoRequest(bytes)).length;
  fixture.send(packet(self, host));
  fixture.receive(replyTo(fixture), relay).pass(60_000);
  fixture.receive(packet(host, self), at("198.51.100.66:6666"));
  assertEquals(echoes(30_000), 1);
  assertEquals(fixture.send(packet(self, host)).sink.datagrams.length, 1);
  assertEquals(echoes(30_000), 4, "the host's own packet is worth a whole search");
});

Deno.test("a flood from native sources does not stop the host from reaching others", () => {
  const fixture = ClientFixture.a({ random: seededRandom("flood") });
  const self = fixture.client.status(fixture.now).address!;
  for (let i = 0; i < 1_000; i++) fixture.receive(packet(hostAt(i), self), relay);
  assertEquals(fixture.send(packet(self, hostAt(5_000))).targets, ["203.0.113.120:3544"]);
});

Deno.test("50,000 forged clients a second do not keep the host from new relays and hosts", () => {
  const fixture = ClientFixture.a({ random: seededRandom("flood") });
  const self = fixture.client.status(fixture.now).address!;
  let forged = 0;
  const flood = (milliseconds: number) => {
    for (let i = 0; i < 50 * milliseconds; i++) {
      const mapping = endpoint(ipv4Address(0x0b000000 + forged++), 4096);
      fixture.receive(packet(clientAt(mapping), self), mapping);
    }
    fixture.wait(milliseconds);
  };
  let met = 0;
  for (let number = 0; number < 10; number++) {
    fixture.send(packet(self, hostAt(number)));
    const reply = replyTo(fixture);
    flood(100);
    fixture.receive(reply, at(`198.51.100.${1 + number}:3545`));
    met += fixture.sink.datagrams.length;
    flood(100);
    fixture.send(packet(self, hostAt(number)));
    assertEquals(fixture.targets, [`198.51.100.${1 + number}:3545`], "it is still known");
  }
  assertEquals(met, 10);
});

Deno.test("50,000 forged clients a second leave the host the peers that it talks with", () => {
  const fixture = ClientFixture.a({ random: seededRandom("flood") });
  const self = fixture.client.status(fixture.now).address!;
  fixture.receive(packet(addressOfB, self), b);
  for (let i = 0; i < 100_000; i++) {
    const mapping = endpoint(ipv4Address(0x0b000000 + i), 4096);
    fixture.receive(packet(clientAt(mapping), self), mapping);
    if (i % 5_000 > 0) continue;
    assertEquals(fixture.send(packet(self, addressOfB)).targets, ["192.0.2.10:8192"]);
    fixture.wait(100);
  }
});

Deno.test("a server at the address of its client gets one bubble for one, direct and indirect in turn", () => {
  const fixture = ClientFixture.a({ random: seededRandom("turns") });
  const self = fixture.client.status(fixture.now).address!;
  const mapping = endpoint(ACTORS.s2, 4096);
  const peer = encodeTeredoAddress({ server: ACTORS.s2, flags: 0, mapping });
  const sent: string[] = [];
  for (let nonce = 1; nonce <= 4; nonce++) {
    const bubble = withTrailers(encodeBubble(peer, self), { nonce });
    fixture.receive(bubble, at("203.0.113.120:3544"));
    assertEquals(fixture.sink.datagrams.length, 1);
    sent.push(...fixture.targets);
    fixture.wait(2_500);
  }
  assertEquals(new Set(sent).size, 2);
});

Deno.test("the server of another client is asked, not ours", () => {
  const fixture = ClientFixture.a().send(packet(addressOfA, clientAt(b, S2.secondary)));
  assertEquals(fixture.targets, ["192.0.2.10:8192", "198.51.100.119:3544"]);
  assertNotEquals(S2.secondary, S2.primary);
});

Deno.test("vectorRandom draws the same as the vectors", () => {
  assertEquals(new ClientFixture({ random: vectorRandom() }).qualify().address, address("A4").text);
});
