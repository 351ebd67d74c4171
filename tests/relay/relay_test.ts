import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import { equalArrays } from "../../memory/octets.ts";
import { addressOf, endpoint } from "../../wire/endpoint.ts";
import { icmpv6CodeOf, Icmpv6Type, icmpv6TypeOf, UnreachableCode } from "../../wire/icmpv6.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { isLinkLocal } from "../../wire/ipv6_address.ts";
import { destinationOf, SOURCE, sourceOf } from "../../wire/ipv6_header.ts";
import { decodeTeredoAddress, encodeTeredoAddress, mappingOf } from "../../wire/teredo_address.ts";
import { ACTORS, at, hex, ip4, ip6, vector } from "../vectors/vectors.ts";
import { echo, NO_LIMITS, OWN_ADDRESS, RelayFixture, S1_ENDPOINT } from "./relay_fixture.ts";

const { a, addressOfA, addressOfB, host, s1 } = ACTORS;
const A = decodeTeredoAddress(addressOfA)!;

/** When bubbles go out, in seconds from now, until the search ends. */
function bubbleTimes(fixture: RelayFixture): number[] {
  const times: number[] = [];
  const start = fixture.now;
  while (fixture.relay.nextTimer() < Infinity) {
    while (fixture.sink.datagrams.length > times.length) times.push(fixture.now - start);
    fixture.advance(10);
  }
  return times.map((time) => Math.round(time / 1000));
}

/** The `index`th of many clients of S1. */
function clientOf(index: number): Uint8Array {
  const mapping = endpoint(ipv4Address(ip4("13.0.0.0") + index), 4096);
  return encodeTeredoAddress({ server: s1, flags: 0, mapping });
}

Deno.test("R-01: a destination outside of 2001::/32 is not sent over UDP but reported", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, ip6("2001:db8:2::1")));
  assertEquals(fixture.sink.datagrams, []);
  assertEquals(fixture.sink.drops, ["destination_invalid"]);
  const [error] = fixture.sink.packets;
  assertEquals(icmpv6TypeOf(error!), Icmpv6Type.DESTINATION_UNREACHABLE);
  assertEquals(icmpv6CodeOf(error!), UnreachableCode.NO_ROUTE);
});

Deno.test("R-02: a client at an address that is not global unicast is silently dropped", () => {
  for (const text of ["10.0.0.1", "127.0.0.1", "224.0.0.253", "192.168.1.1", "255.255.255.255"]) {
    const fixture = new RelayFixture();
    const mapping = endpoint(ip4(text), 4096);
    fixture.native(echo(host, encodeTeredoAddress({ ...A, mapping })));
    assertEquals(fixture.sink.drops, ["destination_not_global"], text);
    assertEquals([...fixture.sink.datagrams, ...fixture.sink.packets], [], text);
  }
});

Deno.test("R-02: a client whose server is not at a global unicast address is silently dropped", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, encodeTeredoAddress({ ...A, server: ip4("10.0.0.1") })));
  assertEquals(fixture.sink.drops, ["destination_not_global"]);
  assertEquals(fixture.sink.datagrams, []);
});

Deno.test("R-03: a packet to a trusted client goes straight to its mapping", () => {
  const fixture = new RelayFixture();
  fixture.meetA();
  const packet = echo(host, addressOfA);
  fixture.native(packet);
  assertEquals(fixture.sink.datagrams, [{ to: a, via: "service", bytes: packet }]);
});

Deno.test("R-03: thirty seconds after its last packet a client must be found again", () => {
  const fixture = new RelayFixture();
  fixture.meetA();
  fixture.advance(29_999);
  fixture.native(echo(host, addressOfA));
  assertEquals(fixture.sink.datagrams.at(-1)!.to, a);
  fixture.sink.clear();
  fixture.advance(2_001);
  fixture.native(echo(host, addressOfA));
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [S1_ENDPOINT]);
});

/** Packets go to A for `seconds`, ten a second; what was sent besides, and how many went straight. */
function stream(fixture: RelayFixture, seconds: number, answers: boolean) {
  const packet = echo(host, addressOfA, 1000);
  const askedAt: number[] = [];
  const start = fixture.now;
  let straight = 0;
  for (let i = 0; i < seconds * 10; i++) {
    fixture.sink.clear();
    fixture.native(packet);
    const isStraight = fixture.sink.datagrams.some(({ to, bytes }) =>
      to === a && bytes.length === packet.length
    );
    if (isStraight) straight++;
    const bubble = fixture.sink.datagrams.find(({ to }) => to === S1_ENDPOINT);
    if (bubble !== undefined) askedAt.push((fixture.now - start) / 1000);
    if (bubble !== undefined && answers) {
      fixture.datagram(encodeBubble(addressOfA, sourceOf(bubble.bytes)), a);
    }
    fixture.advance(100);
  }
  return { straight, askedAt };
}

Deno.test("R-03: a client that only receives is asked in time, and its packets never wait", () => {
  const fixture = new RelayFixture();
  fixture.meetA();
  const { straight, askedAt } = stream(fixture, 100, true);
  assertEquals(straight, 1000);
  assertEquals(askedAt, [24, 48, 72, 96]);
});

Deno.test("R-03, R-06: one that does not answer is asked twice, and searched for after thirty seconds", () => {
  const fixture = new RelayFixture();
  fixture.meetA();
  const { straight, askedAt } = stream(fixture, 60, false);
  assertEquals([straight, askedAt.slice(0, 2)], [300, [24, 27]]);
  assert(askedAt.length <= 4, `${askedAt}`);
});

Deno.test("R-04: the cone bit of a destination makes no difference", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, encodeTeredoAddress({ ...A, flags: 0x8000 })));
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [S1_ENDPOINT]);
});

Deno.test("R-05: an unknown client gets a bubble with a local source through its server", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, addressOfA));
  const [bubble, ...more] = fixture.sink.datagrams;
  assertEquals(more, []);
  assertEquals(bubble!.to, S1_ENDPOINT);
  assert(isBubble(bubble!.bytes));
  assert(isLinkLocal(bubble!.bytes, SOURCE));
  assertEquals(destinationOf(bubble!.bytes), addressOfA);
});

Deno.test("R-06: a client that does not answer is tried four times, two seconds apart", () => {
  const fixture = new RelayFixture();
  for (let i = 0; i < 4; i++) fixture.native(echo(host, addressOfA));
  assertEquals(bubbleTimes(fixture), [0, 2, 4, 6]);
});

Deno.test("R-14: a packet pays for its bubbles, so that a relay is no amplifier", () => {
  const rows: readonly [packets: number, octets: number, at: readonly number[]][] = [
    [1, 48, []],
    [1, 60, [0]],
    [1, 104, [0]],
    [2, 48, [2]],
    [2, 60, [0, 2]],
    [1, 1280, [0, 2, 4, 6]],
  ];
  for (const [packets, octets, at] of rows) {
    const fixture = new RelayFixture();
    for (let i = 0; i < packets; i++) fixture.native(echo(host, addressOfA, octets - 48));
    assertEquals(bubbleTimes(fixture), at, `${packets} of ${octets}`);
    const sent = fixture.sink.datagrams.reduce((sum, { bytes }) => sum + bytes.length + 28, 0);
    assert(sent <= 1.3 * packets * octets);
  }
});

Deno.test("R-14: 300 packets a second of one site leave a server's clients to others", () => {
  const fixture = new RelayFixture();
  const bad = ip6("2001:db8:bad::1");
  let met = 0;
  for (let i = 0; i < 3_000; i++) {
    const mapping = endpoint(ipv4Address(ip4("12.0.0.0") + i), 1024);
    fixture.native(echo(bad, encodeTeredoAddress({ server: s1, flags: 0, mapping })));
    if (i % 250 === 0) {
      fixture.sink.clear();
      fixture.native(echo(host, clientOf(i)));
      met += fixture.sink.datagrams.length;
    }
    fixture.advance(1000 / 300);
  }
  assertEquals(met, 12);
});

Deno.test("R-14: 1,000 forged packets a second in a site's name leave it its searches", () => {
  const fixture = new RelayFixture();
  let met = 0;
  for (let i = 0; i < 10_000; i++) {
    const server = ipv4Address(ip4("11.0.0.0") + i);
    const mapping = endpoint(ipv4Address(ip4("12.0.0.0") + i), 1024);
    fixture.native(echo(host, encodeTeredoAddress({ server, flags: 0, mapping }), 8, i));
    if (i % 1_000 === 999) {
      fixture.sink.clear();
      fixture.native(echo(host, clientOf(i)));
      if (fixture.sink.datagrams[0]?.to === S1_ENDPOINT) met++;
    }
    fixture.advance(1);
  }
  assertEquals(met, 10);
});

Deno.test("R-14: a site that uses up its limit leaves others the time for an answer", () => {
  const fixture = new RelayFixture();
  const bad = ip6("2001:db8:bad::1");
  const waiting: { client: Uint8Array; bubble: Uint8Array; answersAt: number }[] = [];
  let met = 0;
  for (let i = 0; i < 48_000; i++) {
    const mapping = endpoint(ipv4Address(ip4("12.0.0.0") + i), 1024);
    // Each pays for all four bubbles, through the server of the others.
    fixture.native(echo(bad, encodeTeredoAddress({ server: s1, flags: 0, mapping }), 200));
    fixture.advance(1 / 6);
    if (waiting[0] && fixture.now >= waiting[0].answersAt) {
      const { client, bubble } = waiting.shift()!;
      fixture.sink.clear();
      fixture.datagram(
        encodeBubble(client, bubble.subarray(SOURCE, SOURCE + 16)),
        mappingOf(client),
      );
      if (fixture.sink.datagrams[0]?.to === mappingOf(client)) met++;
    }
    if (i % 4_000 > 0 || i > 30_000) continue;
    fixture.sink.clear();
    const client = clientOf(i);
    fixture.native(echo(host, client));
    const [sent] = fixture.sink.datagrams;
    if (sent) waiting.push({ client, bubble: sent.bytes, answersAt: fixture.now + 1_000 });
  }
  assertEquals(met, 8);
});

Deno.test("R-14: 20,000 packets a second from random sites leave room for others", () => {
  const fixture = new RelayFixture();
  let met = 0;
  for (let i = 0; i < 40_000; i++) {
    const source = ip6(`2001:db8:${(i & 0xffff).toString(16)}::1`);
    const mapping = endpoint(ipv4Address(ip4("12.0.0.0") + i), 1024);
    const server = ipv4Address(ip4("11.0.0.0") + i);
    fixture.native(echo(source, encodeTeredoAddress({ server, flags: 0, mapping })));
    fixture.now += 0.05;
    if (i % 4_000 > 0) continue;
    fixture.native(echo(host, clientOf(i)));
    if (fixture.sink.datagrams.at(-1)?.to === S1_ENDPOINT) met++;
  }
  assertEquals(met, 10);
});

Deno.test("R-06: then its entry and queue are removed, and the sender learns it", () => {
  const fixture = new RelayFixture();
  const packet = echo(host, addressOfA);
  fixture.native(packet);
  fixture.advance(10_000);
  assertEquals(fixture.relay.status(fixture.now).peers, []);
  assertEquals(fixture.sink.drops, ["peer_unreachable"]);
  assertEquals(fixture.sink.events, [{ type: "peer_unreachable", peer: addressOfA }]);
  const [error] = fixture.sink.packets;
  assertEquals(icmpv6CodeOf(error!), UnreachableCode.ADDRESS);
  assertEquals(error!.subarray(48), packet, "the error quotes the packet");
});

Deno.test("R-07: what waits for a client is sent in order when it answers", () => {
  const fixture = new RelayFixture();
  const packets = [1, 2, 3].map((sequence) => echo(host, addressOfA, 8, sequence));
  packets.forEach((packet) => fixture.native(packet));
  fixture.datagram(fixture.bubbleFromA(), a);
  assertEquals(fixture.sink.datagrams.slice(1).map(({ bytes }) => bytes), packets);
  assertEquals(fixture.sink.packets, [], "the bubble ends at the relay");
});

Deno.test("R-07: the queue is limited for each client and for all", () => {
  const fixture = new RelayFixture({ queuePerPeer: 2560, queueTotal: 12 * 1280 });
  const send = (destination: Uint8Array) => fixture.native(echo(host, destination, 1232));
  for (let i = 0; i < 3; i++) send(addressOfA);
  assertEquals(fixture.sink.drops, ["queue_full"]);
  for (let i = 0; i < 2; i++) send(addressOfB);
  assertEquals(fixture.sink.drops, ["queue_full", "queue_full"]);
});

/**
 * A thousand packets of 1280 octets from a site, from as many hosts to as many clients that do not
 * exist.
 */
function flood(fixture: RelayFixture, site: number): void {
  for (let i = 0; i < 1_000; i++) {
    const source = ip6(`2001:db8:${site.toString(16)}:${i.toString(16)}::1`);
    const server = ipv4Address(ip4("11.0.0.0") + i);
    const mapping = endpoint(ipv4Address(ip4("12.0.0.0") + site), 1024 + i);
    fixture.native(echo(source, encodeTeredoAddress({ server, flags: 0, mapping }), 1232));
  }
}

Deno.test("R-07: a site that floods gets a quarter of the queues, and others get theirs", () => {
  const fixture = new RelayFixture({
    queueTotal: 1_000_000,
    limits: NO_LIMITS,
  });
  flood(fixture, 0xbad);
  assertEquals(fixture.sink.drops, Array(1_000 - Math.floor(250_000 / 1280)).fill("queue_full"));
  for (const site of [0xbae, 0xbaf, 0xbb0, 0xbb1]) flood(fixture, site);
  fixture.sink.clear();
  const packets = Array.from({ length: 10 }, (_, i) => echo(host, addressOfA, 1232, i));
  packets.forEach((packet) => fixture.native(packet));
  fixture.datagram(fixture.bubbleFromA(), a);
  assertEquals(fixture.sink.drops, []);
  assertEquals(fixture.sink.datagrams.slice(-10).map(({ bytes }) => bytes), packets);
});

Deno.test("R-07: what a flood left in the queues can be used again", () => {
  const fixture = new RelayFixture({ queueTotal: 1_000_000 });
  for (let site = 0x1000; site < 0x100a; site++) {
    flood(fixture, site);
    assertEquals(
      fixture.sink.drops.filter((reason) => reason === "queue_full").length,
      1_000 - Math.floor(250_000 / 1280),
    );
    fixture.advance(10_000);
    fixture.sink.clear();
  }
});

Deno.test("R-08: behind a NAT that is no cone the relay sends a direct bubble as well", () => {
  const fixture = new RelayFixture({ directBubbles: true });
  fixture.native(echo(host, addressOfA));
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [a, S1_ENDPOINT]);
});

Deno.test("R-09: a source that is not Teredo, or not where it says, is silently dropped", () => {
  const fixture = new RelayFixture();
  fixture.meetA();
  fixture.datagram(echo(host, ip6("2001:db8::9")), a);
  fixture.datagram(echo(addressOfA, host), at("192.0.2.1:4097"));
  fixture.datagram(echo(addressOfA, host), at("192.0.2.2:4096"));
  assertEquals(fixture.sink.drops, ["source_invalid", "source_mismatch", "source_mismatch"]);
  assertEquals([...fixture.sink.packets, ...fixture.sink.datagrams], []);
});

Deno.test("R-10: a client without entry is dropped, unless the relay is told to accept it", () => {
  const strict = new RelayFixture();
  strict.datagram(echo(addressOfA, host), a);
  assertEquals(strict.sink.drops, ["peer_not_trusted"]);
  assertEquals(strict.relay.status(strict.now).peers, []);

  const open = new RelayFixture({ acceptUnknown: true });
  const packet = echo(addressOfA, host);
  open.datagram(packet, a);
  assertEquals(open.sink.packets, [packet]);
});

Deno.test("R-10: a packet of a client with entry makes it trusted", () => {
  const fixture = new RelayFixture();
  const waiting = echo(host, addressOfA);
  const packet = echo(addressOfA, host);
  fixture.native(waiting);
  fixture.datagram(packet, a);
  assertEquals(fixture.sink.packets, [packet]);
  assertEquals(fixture.sink.datagrams.at(-1), { to: a, via: "service", bytes: waiting });
});

Deno.test("R-11: a packet to the served range is forwarded natively", () => {
  const fixture = new RelayFixture();
  fixture.meetA();
  const packet = echo(addressOfA, host);
  fixture.datagram(packet, a);
  assertEquals(fixture.sink.packets, [packet]);
});

Deno.test("R-12: any other destination is dropped, and bubbles are never forwarded", () => {
  const fixture = new RelayFixture({ serves: [{ address: ip6("::"), length: 0 }] });
  fixture.meetA();
  for (const text of ["ff02::1", "fe80::1", "::1", "2001:0:c633:6476:1ca7:dfff:3fff:fdf5"]) {
    fixture.datagram(echo(addressOfA, ip6(text)), a);
  }
  assertEquals(fixture.sink.drops, Array(4).fill("destination_invalid"));
  fixture.datagram(vector("V13").payload, a);
  assertEquals(fixture.sink.packets, []);
});

Deno.test("R-12: a destination beyond the served prefix is dropped, bit by bit", () => {
  const fixture = new RelayFixture({ serves: [{ address: ip6("2001:db8:8000::"), length: 33 }] });
  fixture.meetA();
  fixture.datagram(echo(addressOfA, ip6("2001:db8:7fff::1")), a);
  assertEquals(fixture.sink.drops, ["destination_invalid"]);
  fixture.datagram(echo(addressOfA, ip6("2001:db8:8001::1")), a);
  assertEquals(fixture.sink.packets.length, 1);
});

Deno.test("R-13: a native source in 2001::/32 or embedding an own address is dropped", () => {
  const fixture = new RelayFixture();
  const own = "198.51.100.200";
  const sources = [
    addressOfB,
    ip6("2002:c633:64c8::1"),
    ip6(`2001:db8::5efe:${own}`),
    ip6(`2001:db8::200:5efe:${own}`),
  ];
  for (const source of sources) fixture.native(echo(source, addressOfA));
  assertEquals(fixture.sink.drops, Array(sources.length).fill("source_invalid"));
  assertEquals(fixture.sink.datagrams, []);
});

Deno.test("R-13: a client that is ourselves, or its own server, is a loop", () => {
  const fixture = new RelayFixture();
  const ourselves = encodeTeredoAddress({ ...A, mapping: endpoint(OWN_ADDRESS, 3545) });
  const itsServer = encodeTeredoAddress({ ...A, mapping: S1_ENDPOINT });
  fixture.native(echo(host, ourselves));
  fixture.native(echo(host, itsServer));
  assertEquals(fixture.sink.drops, ["loop", "loop"]);
});

Deno.test("R-14: a client that doesn't answer gets four bubbles, and then one every 30 seconds", () => {
  const fixture = new RelayFixture();
  for (let second = 0; second < 200; second++) {
    fixture.native(echo(host, addressOfA));
    fixture.advance(1_000);
  }
  assertEquals(fixture.sink.datagrams.length, 4 + 6);
});

Deno.test("R-14: packets to other addresses with a client's mapping leave it its bubbles", () => {
  const fixture = new RelayFixture();
  for (let i = 0; i < 200; i++) {
    const server = ipv4Address(ip4("11.0.0.0") + i);
    fixture.native(echo(host, encodeTeredoAddress({ ...A, flags: i })));
    fixture.native(echo(host, encodeTeredoAddress({ ...A, server })));
    fixture.advance(10);
  }
  fixture.sink.clear();
  fixture.native(echo(host, addressOfA));
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [S1_ENDPOINT]);
  fixture.datagram(fixture.bubbleFromA(), a);
  assertEquals(fixture.sink.datagrams.at(-1)?.to, a);
});

Deno.test("R-14: bubbles to one place stay limited whatever IPv6 address they are for", () => {
  const fixture = new RelayFixture({
    limits: { ...NO_LIMITS, bubblesPerClient: { perSecond: 10, burst: 20 } },
  });
  for (let i = 0; i < 5_000; i++) {
    const server = ipv4Address(ip4("11.0.0.0") + i);
    fixture.native(echo(host, encodeTeredoAddress({ ...A, server, flags: i & 0xff })));
  }
  assertEquals(fixture.sink.datagrams.length, 20);
  const other = endpoint(addressOf(a), 9);
  fixture.native(echo(host, encodeTeredoAddress({ ...A, mapping: other })));
  assertEquals(fixture.sink.datagrams.length, 21, "another port there");
});

Deno.test("R-14: bubbles through one server stay limited whatever client they are for", () => {
  const fixture = new RelayFixture({
    limits: { ...NO_LIMITS, bubblesPerServer: { perSecond: 10, burst: 20 } },
  });
  for (let port = 1; port <= 5_000; port++) {
    fixture.native(
      echo(host, encodeTeredoAddress({ ...A, mapping: endpoint(addressOf(a), port) })),
    );
  }
  assertEquals(fixture.sink.datagrams.length, 20);
});

Deno.test("R-14: a flood of clients that do not exist begins so many searches and no more", () => {
  const fixture = new RelayFixture({
    limits: { ...NO_LIMITS, newClientsInTotal: { perSecond: 10, burst: 20 } },
  });
  for (let port = 1; port <= 5_000; port++) {
    fixture.native(
      echo(host, encodeTeredoAddress({ ...A, mapping: endpoint(addressOf(a), port) })),
    );
  }
  assertEquals(fixture.relay.status(fixture.now).peers.length, 20);
  assertEquals(fixture.sink.drops.filter((reason) => reason === "rate_limited").length, 4_980);
});

Deno.test("R-14: the searches of a site are limited, whichever of its hosts ask for them", () => {
  const fixture = new RelayFixture({
    limits: { ...NO_LIMITS, newClientsPerSite: { perSecond: 250, burst: 500 } },
  });
  for (const site of [0xbad, 0xbae]) flood(fixture, site);
  const { peers } = fixture.relay.status(fixture.now);
  assertEquals(peers.length, 2 * 500);
  fixture.native(echo(host, addressOfB));
  assertEquals(fixture.relay.status(fixture.now).peers.length, 1_001);
});

Deno.test("R-14: a flood of clients that do not exist costs those that are known nothing", () => {
  const fixture = new RelayFixture({
    limits: { ...NO_LIMITS, newClientsInTotal: { perSecond: 10, burst: 20 } },
  });
  fixture.meetA();
  for (let port = 1; port <= 5_000; port++) {
    fixture.native(
      echo(host, encodeTeredoAddress({ ...A, mapping: endpoint(addressOf(a), port) })),
    );
  }
  fixture.sink.clear();
  fixture.native(echo(host, addressOfA));
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [a]);
});

Deno.test("R-14: an answer starts the count of bubbles anew", () => {
  const fixture = new RelayFixture();
  for (let round = 0; round < 10; round++) {
    fixture.native(echo(host, addressOfA));
    assertEquals(fixture.sink.datagrams.length, 1, `round ${round}`);
    fixture.meetA();
    fixture.advance(40_000);
  }
});

Deno.test("R-15: a host-specific relay serves the host's own addresses only", () => {
  const fixture = new RelayFixture({ serves: [{ address: host, length: 128 }] });
  fixture.meetA();
  fixture.datagram(echo(addressOfA, host), a);
  fixture.datagram(echo(addressOfA, ip6("2001:db8:1::69")), a);
  assertEquals(fixture.sink.packets.length, 1);
  assertEquals(fixture.sink.drops, ["destination_invalid"]);
});

Deno.test("R-15: a host-specific relay follows when the host's addresses change", () => {
  const fixture = new RelayFixture({ serves: [{ address: host, length: 128 }] });
  fixture.meetA();
  const later = ip6("2001:db8:1::69");
  const serves = [{ address: later, length: 128 }];
  fixture.relay.useHost({ serves, ownAddresses: [OWN_ADDRESS], errorSource: later });
  fixture.datagram(echo(addressOfA, host), a);
  fixture.datagram(echo(addressOfA, later), a);
  assertEquals(fixture.sink.drops, ["destination_invalid"]);
  assertEquals(fixture.sink.packets.length, 1);
});

Deno.test("R-16: errors are limited in rate", () => {
  const fixture = new RelayFixture();
  for (let i = 0; i < 1_000; i++) fixture.native(echo(host, ip6("2001:db8:2::1")));
  assertEquals(fixture.sink.packets.length, 10);
});

Deno.test("R-16: no error answers an error, a multicast packet or an unspecified source", () => {
  const fixture = new RelayFixture();
  fixture.native(echo(host, ip6("2001:db8:2::1")));
  const [error] = fixture.sink.packets;
  fixture.sink.clear();
  // The error itself comes back, turned round.
  error!.set(ip6("2001:db8:3::1"), 24);
  fixture.native(error!);
  fixture.native(echo(host, ip6("ff0e::1")));
  fixture.native(echo(ip6("::"), ip6("2001:db8:2::1")));
  assertEquals(fixture.sink.packets, []);
  assertEquals(fixture.sink.drops.length, 3);
});

Deno.test("R-16: a native packet beyond the MTU is answered with Packet Too Big", () => {
  const fixture = new RelayFixture();
  fixture.meetA();
  fixture.native(echo(host, addressOfA, 1300));
  assertEquals(fixture.sink.drops, ["packet_too_big"]);
  const [error] = fixture.sink.packets;
  assertEquals(icmpv6TypeOf(error!), Icmpv6Type.PACKET_TOO_BIG);
  assertEquals(error!.subarray(44, 48), hex("00000500"));
  assertEquals(error!.length, 1280);
});

Deno.test("R-16: a site that uses up its errors leaves others theirs", () => {
  const fixture = new RelayFixture();
  fixture.meetA();
  const long = echo(host, addressOfA, 1300);
  for (let i = 0; i < 1_000; i++) {
    fixture.native(echo(ip6("2001:db8:9::1"), addressOfA, 1300));
    fixture.native(echo(ip6("2001:db8:9::1"), ip6("2001:db8:2::1")));
  }
  assertEquals(fixture.sink.packets.length, 20);
  fixture.sink.clear();
  fixture.native(long);
  fixture.native(echo(host, ip6("2001:db8:2::1")));
  assertEquals(fixture.sink.packets.map(icmpv6TypeOf), [
    Icmpv6Type.PACKET_TOO_BIG,
    Icmpv6Type.DESTINATION_UNREACHABLE,
  ]);
});

Deno.test("A type 0 routing header through the relay is dropped", () => {
  const fixture = new RelayFixture();
  fixture.meetA();
  const packet = new Uint8Array(40 + 24);
  packet.set(echo(addressOfA, host).subarray(0, 40));
  packet[5] = 24;
  packet[6] = 43;
  packet.set([59, 2, 0, 1], 40);
  fixture.datagram(packet, a);
  assertEquals(fixture.sink.drops, ["routing_header"]);
});

Deno.test("How many peers a relay knows is a whole number, 1 at least", () => {
  for (const maxPeers of [0, -1, 2.5, NaN, Infinity]) {
    assertThrows(() => new RelayFixture({ maxPeers }), RangeError, "maxPeers");
  }
});

Deno.test("A peer that gave way to another while its search ended is not told for the other", () => {
  const fixture = new RelayFixture({ maxPeers: 2 });
  const addresses = [1, 2, 3].map((port) =>
    encodeTeredoAddress({ server: s1, flags: 0, mapping: endpoint(addressOf(a), port) })
  );
  const unreachable: number[] = [];
  fixture.sink.event = (event) => {
    if (event.type !== "peer_unreachable") return;
    unreachable.push(addresses.findIndex((address) => String(address) === String(event.peer)) + 1);
    // Someone who hears of the first takes the place of the second, whose time has come too.
    if (unreachable.length === 1) fixture.native(echo(host, addresses[2]!));
  };
  // The second is the one that was not used for longest.
  for (const i of [0, 1, 0]) fixture.native(echo(host, addresses[i]!));
  fixture.advance(60_000);
  assertEquals(unreachable, [1, 3]);
});

Deno.test("The relay's memory is bounded whatever is sent to it", () => {
  const fixture = new RelayFixture({
    maxPeers: 100,
    limits: NO_LIMITS,
  });
  for (let port = 1; port < 10_000; port++) {
    const mapping = endpoint(addressOf(a), port);
    fixture.native(echo(host, encodeTeredoAddress({ server: s1, flags: 0, mapping })));
  }
  // Those that do not answer take a quarter of the room.
  assertEquals(fixture.relay.status(fixture.now).peers.length, 25);
});

Deno.test("status: a client of the relay is searched for, reached or idle", () => {
  const fixture = new RelayFixture();
  const path = () => fixture.relay.status(fixture.now).peers[0]?.path;
  fixture.native(echo(host, addressOfA));
  assertEquals(path(), "searching");
  fixture.advance(10_000);
  // A relay forgets a client that does not answer.
  assertEquals(path(), undefined);

  const other = new RelayFixture();
  other.meetA();
  const seen = [0, 29_999, 1].map((ms) => {
    other.advance(ms);
    return other.relay.status(other.now).peers[0]?.path;
  });
  assertEquals(seen, ["direct", "direct", "idle"]);
});

/** The clients from one number up to before another answer bubbles of the relay. */
function meetClients(fixture: RelayFixture, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const client = clientOf(i);
    fixture.native(echo(host, client));
    const bubble = fixture.sink.datagrams.at(-1)!.bytes;
    fixture.datagram(encodeBubble(client, sourceOf(bubble).slice()), mappingOf(client));
  }
}

Deno.test("C-40: clients silent for ten minutes make room for new ones, and others stay", () => {
  const fixture = new RelayFixture({ limits: NO_LIMITS });
  const { relay } = fixture;
  fixture.meetA();
  meetClients(fixture, 0, 100);
  fixture.advance(300_000);
  fixture.meetA();
  fixture.advance(299_999);
  meetClients(fixture, 100, 101);
  assertEquals(relay.status(fixture.now).peers.length, 102);
  fixture.advance(10_000);
  meetClients(fixture, 101, 151);
  const { peers } = relay.status(fixture.now);
  assertEquals(peers.length, 52);
  assert(peers.some(({ address }) => equalArrays(address, addressOfA)));
});

Deno.test("relay: a status counts all clients, and lists as many as are wanted", () => {
  const fixture = new RelayFixture();
  fixture.meetA();
  for (let i = 1; i <= 3; i++) {
    const other = addressOfB.slice();
    other[15]! ^= i;
    fixture.native(echo(host, other));
  }
  const { peers, peerCount } = fixture.relay.status(fixture.now, 1);
  assertEquals(peers.map(({ path }) => path), ["searching"]);
  assertEquals(peerCount, { direct: 1, searching: 3, idle: 0, unreachable: 0 });
  assertEquals(fixture.relay.status(fixture.now).peers.length, 4);
});
