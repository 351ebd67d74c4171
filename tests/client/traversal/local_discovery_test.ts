import { assert, assertEquals } from "@std/assert";
import type { ClientConfig } from "../../../client/client_config.ts";
import { DISCOVERY_GROUP, TEREDO_PORT } from "../../../protocol/constants.ts";
import { encodeBubble } from "../../../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint } from "../../../wire/endpoint.ts";
import { ALL_NODES } from "../../../wire/ipv6_address.ts";
import { encodeTeredoAddress } from "../../../wire/teredo_address.ts";
import { withTrailers } from "../../../wire/trailers.ts";
import { ACTORS, at, ip4, ip6, vector } from "../../vectors/vectors.ts";
import { ClientFixture, packet, portOf, S1 } from "../client_fixture.ts";

const { addressOfA, addressOfB, b } = ACTORS;
const GROUP = endpoint(DISCOVERY_GROUP, TEREDO_PORT);

/** A neighbour: on our link at 192.168.1.11, behind the same mapped address as A. */
const NEIGHBOUR = at("192.168.1.11:40001");
const MAPPING = at("192.0.2.1:4097");
const ADDRESS = clientAt(MAPPING);
const ANNOUNCEMENT = encodeBubble(ADDRESS, ALL_NODES, 1);

function clientAt(mapping: Endpoint, server = ACTORS.s1): Uint8Array {
  return encodeTeredoAddress({ server, flags: 0x1234, mapping });
}

/** Our link is 192.168.1.0/24. */
const SETTINGS = {
  isOnLink: (address: number) => address >>> 8 === ip4("192.168.1.0") >>> 8,
};

/** Client A on that link, its first announcement sent long ago. */
function neighbourly(config: Partial<ClientConfig> = {}): ClientFixture {
  return ClientFixture.a({ localDiscovery: SETTINGS, ...config }).pass(10_000);
}

/** How many of the datagrams of the last action went to the group. */
function announcements(fixture: ClientFixture): number {
  return fixture.sink.datagrams.filter(({ to }) => to === GROUP).length;
}

Deno.test("C-42, V16: an announcement goes to the group from the service port, with hop limit 1", () => {
  const fixture = ClientFixture.a({ localDiscovery: SETTINGS });
  assertEquals(fixture.wait(0).sink.datagrams, [
    { to: vector("V16").destination, via: "service", bytes: vector("V16").payload },
  ]);
});

Deno.test("C-42: announcements are 200 to 300 s apart, evenly spread", () => {
  const fixture = new ClientFixture({ localDiscovery: SETTINGS }).qualify();
  const times: number[] = [];
  while (times.length < 500) {
    fixture.waitForTimer();
    if (announcements(fixture) > 0) times.push(fixture.now);
    fixture.solicitations.forEach((sent) => fixture.answerTo(sent));
  }
  const waits = times.slice(1).map((time, i) => time - times[i]!);
  assert(waits.every((wait) => wait >= 200_000 && wait <= 300_000));
  assert(Math.min(...waits) < 203_000 && Math.max(...waits) > 297_000);
});

Deno.test("C-42: nothing is announced without an address, and a new address is announced at once", () => {
  const fixture = new ClientFixture({ localDiscovery: SETTINGS });
  assertEquals(announcements(fixture.wait(0)), 0);
  fixture.answer().answer();
  assertEquals(announcements(fixture.wait(0)), 1);
  fixture.wait(30_000).answer({ mapping: at("192.0.2.1:5000") });
  assertEquals(announcements(fixture.wait(0)), 1);
  assertEquals(announcements(fixture.wait(60_000)), 0);
  assertEquals(fixture.state, "offline");
});

Deno.test("local discovery is off unless configured", () => {
  const fixture = ClientFixture.a().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery");
  assertEquals([fixture.dropped, fixture.sink.datagrams], ["discovery_invalid", []]);
  assertEquals(announcements(fixture.pass(400_000)), 0);
});

/** Asserts that what comes to the group is dropped without any effect. */
function assertRefused(
  payload: Uint8Array,
  from = NEIGHBOUR,
  config: Partial<ClientConfig> = {},
): void {
  const fixture = neighbourly(config);
  const before = fixture.client.status(fixture.now);
  fixture.receive(payload, from, "discovery");
  assertEquals([fixture.dropped, fixture.sink.datagrams], ["discovery_invalid", []]);
  assertEquals(fixture.sink.packets, []);
  assertEquals(fixture.client.status(fixture.now), before);
}

Deno.test("C-43, threat 10: an announcement whose source is not a valid Teredo address is dropped", () => {
  const sources = [
    ACTORS.host,
    ip6("fe80::1"),
    ip6("3ffe:831f:cb00:7178:0:efff:3fff:fdfe"),
    clientAt(at("10.0.0.1:4096")),
    clientAt(MAPPING, ip4("10.0.0.1")),
  ];
  for (const source of sources) assertRefused(encodeBubble(source, ALL_NODES, 1));
});

Deno.test("C-43, threat 10: an announcement from off the link is dropped", () => {
  assertRefused(ANNOUNCEMENT, at("192.168.2.11:40001"));
  assertRefused(ANNOUNCEMENT, b);
});

Deno.test("C-43: anything but a bubble to all nodes is dropped", () => {
  assertRefused(encodeBubble(ADDRESS, addressOfA, 1));
  assertRefused(packet(ADDRESS, ALL_NODES));
  assertRefused(packet(ADDRESS, addressOfA));
  const fixture = neighbourly();
  const [sent] = fixture.wait(30_000).solicitations;
  assertRefused(fixture.answerFor(sent!), portOf(S1, "primary"));
});

Deno.test("C-44, threat 10: an announcement by unicast is dropped", () => {
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "service");
  assertEquals(fixture.dropped, "destination_invalid");
  assertEquals(fixture.client.status(fixture.now).peers, []);
});

Deno.test("C-44: a client at another mapped address is not a neighbour, unless that is allowed", () => {
  const other = encodeBubble(addressOfB, ALL_NODES, 1);
  assertRefused(other);
  const localDiscovery = { ...SETTINGS, sameMappingOnly: false };
  const fixture = neighbourly({ localDiscovery }).receive(other, NEIGHBOUR, "discovery");
  assertEquals(fixture.dropped, undefined);
  assertEquals(fixture.client.status(fixture.now).peers.length, 1);
});

Deno.test("our own announcement is dropped when it comes back to us", () => {
  assertRefused(vector("V16").payload, at("192.168.1.10:40000"));
});

Deno.test("C-45: an announcement creates an untrusted entry, and is answered by a bubble", () => {
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery");
  assertEquals(fixture.dropped, undefined);
  const { path, mapping, heardAgo } = fixture.peer(ADDRESS)!;
  assertEquals({ path, mapping, heardAgo }, { path: "searching", mapping: undefined, heardAgo: 0 });
  assert(
    fixture.sink.datagrams.some(({ to, via, bytes }) =>
      to === NEIGHBOUR && via === "service" &&
      bytes.toHex() === encodeBubble(addressOfA, ADDRESS).toHex()
    ),
  );
});

Deno.test("C-45: an announcement ends the count of bubbles that a neighbour did not answer", () => {
  const fixture = neighbourly().send(packet(addressOfA, ADDRESS)).pass(9_000);
  const targets = () => fixture.receive(ANNOUNCEMENT, NEIGHBOUR, "discovery").targets;
  assert(targets().includes("192.168.1.11:40001"));
});

Deno.test("C-45: a newcomer on the link gets our announcement at once, a known neighbour does not", () => {
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery");
  assertEquals(announcements(fixture), 1);
  fixture.wait(5_000).receive(ANNOUNCEMENT, NEIGHBOUR, "discovery");
  assertEquals(fixture.targets, ["192.168.1.11:40001"]);
});

Deno.test("C-45: a flood of announcements causes one of ours in two seconds", () => {
  const fixture = neighbourly({ maxPeers: 64 });
  let count = 0;
  for (let i = 0; i < 2_000; i++) {
    const source = clientAt(endpoint(addressOf(MAPPING), 10_000 + i));
    fixture.receive(encodeBubble(source, ALL_NODES, 1), NEIGHBOUR, "discovery");
    count += announcements(fixture);
    assert(fixture.sink.datagrams.length <= 2);
    count += fixture.record(5).filter(([, { to }]) => to === GROUP).length;
  }
  assertEquals(count, 6);
  assertEquals(fixture.client.status(fixture.now).peers.length, 64);
});

Deno.test("C-45: a newcomer that is heard just after our own announcement gets one two seconds later", () => {
  const fixture = ClientFixture.a({ localDiscovery: SETTINGS }).wait(0).pass(1_000);
  fixture.receive(ANNOUNCEMENT, NEIGHBOUR, "discovery");
  assertEquals(fixture.targets, ["192.168.1.11:40001"]);
  assertEquals(announcements(fixture.wait(999)), 0);
  assertEquals(announcements(fixture.wait(1)), 1);
  assertEquals(announcements(fixture.wait(100_000)), 0);
});

Deno.test("C-45: the answer to a neighbour that was just sent to waits for its two seconds", () => {
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery").pass(500);
  assertEquals(fixture.receive(ANNOUNCEMENT, NEIGHBOUR, "discovery").targets, []);
  assertEquals(fixture.wait(1_500).targets, ["192.168.1.11:40001"]);
});

Deno.test("C-45: an announcement does not divert data to a trusted peer", () => {
  const fixture = neighbourly().receive(encodeBubble(ADDRESS, addressOfA), MAPPING);
  fixture.receive(ANNOUNCEMENT, NEIGHBOUR, "discovery");
  assertEquals(fixture.send(packet(addressOfA, ADDRESS)).targets, ["192.0.2.1:4097"]);
});

Deno.test("C-28: a neighbour that answers from its place on the link becomes trusted there", () => {
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery");
  const waiting = packet(addressOfA, ADDRESS);
  fixture.wait(2_000).send(waiting);
  fixture.receive(encodeBubble(ADDRESS, addressOfA), NEIGHBOUR);
  assertEquals(fixture.sink.datagrams, [{ to: NEIGHBOUR, via: "service", bytes: waiting }]);
  assertEquals(fixture.sink.packets, []);
  assertEquals(fixture.peer(ADDRESS)!.path, "local");
  const data = packet(ADDRESS, addressOfA);
  assertEquals(fixture.receive(data, NEIGHBOUR).sink.packets, [data]);
});

Deno.test("C-28, X-04: a neighbour's bubble from its place counts with a nonce as well as without", () => {
  const fixture = neighbourly().send(packet(addressOfA, ADDRESS));
  fixture.receive(ANNOUNCEMENT, NEIGHBOUR, "discovery");
  const bubble = withTrailers(encodeBubble(ADDRESS, addressOfA), { nonce: 0x7e1ed0d0 });
  assertEquals(fixture.receive(bubble, NEIGHBOUR).dropped, undefined);
  assertEquals(fixture.peer(ADDRESS)?.path, "local");
});

Deno.test("C-28: data from the neighbour's place also makes it trusted", () => {
  const data = packet(ADDRESS, addressOfA);
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery");
  assertEquals(fixture.receive(data, NEIGHBOUR).sink.packets, [data]);
});

Deno.test("C-28: a mismatching source without an announcement, or elsewhere on the link, is dropped", () => {
  const data = packet(ADDRESS, addressOfA);
  assertEquals(neighbourly().receive(data, NEIGHBOUR).dropped, "source_mismatch");
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery");
  assertEquals(fixture.receive(data, at("192.168.1.12:40001")).dropped, "source_mismatch");
  fixture.pass(600_000);
  assertEquals(fixture.receive(data, NEIGHBOUR).dropped, "source_mismatch");
});

Deno.test("C-46: a neighbour heard in the last 600 s gets a unicast bubble and our announcement", () => {
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery").pass(599_990);
  fixture.send(packet(addressOfA, ADDRESS));
  assertEquals(fixture.sink.datagrams, [
    { to: NEIGHBOUR, via: "service", bytes: encodeBubble(addressOfA, ADDRESS) },
    { to: GROUP, via: "service", bytes: vector("V16").payload },
  ]);
  assertEquals(fixture.sink.drops, []);
});

Deno.test("C-46: later the neighbour is looked for like any client", () => {
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery").pass(600_000);
  fixture.send(packet(addressOfA, ADDRESS));
  assertEquals(fixture.targets, ["192.0.2.1:4097", "203.0.113.120:3544"]);
});

/** Client A, which looked for a neighbour in vain. */
function vainly(): ClientFixture {
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery").pass(2_000);
  fixture.send(packet(addressOfA, ADDRESS)).wait(8_080);
  assertEquals(fixture.sink.drops, ["peer_unreachable"]);
  return fixture;
}

Deno.test("C-46: a neighbour that does not answer on the link is looked for like any client as well", () => {
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery").pass(2_000);
  fixture.send(packet(addressOfA, ADDRESS));
  assertEquals(fixture.wait(2_020).targets, ["192.168.1.11:40001", "224.0.0.253:3544"]);
  const everywhere = ["192.0.2.1:4097", "192.168.1.11:40001", "203.0.113.120:3544"];
  assertEquals(fixture.wait(2_020).targets, everywhere);
  assertEquals(vainly().pass(300_000).send(packet(addressOfA, ADDRESS)).targets, everywhere);
});

Deno.test("C-28: a neighbour that was looked for in vain is believed when it answers later", () => {
  const fixture = vainly().pass(60_000).receive(encodeBubble(ADDRESS, addressOfA), NEIGHBOUR);
  assertEquals(fixture.dropped, undefined);
  assertEquals(fixture.peer(ADDRESS)?.path, "local");
});

Deno.test("C-31, C-46: a neighbour's indirect bubble is answered at its place on the link as well", () => {
  const fixture = neighbourly().receive(ANNOUNCEMENT, NEIGHBOUR, "discovery").pass(2_000);
  fixture.receive(encodeBubble(ADDRESS, addressOfA), portOf(S1, "primary"));
  assertEquals(fixture.targets, ["192.0.2.1:4097", "192.168.1.11:40001"]);
});

Deno.test("two neighbours behind a NAT without hairpinning find each other by their announcements", () => {
  const places = [at("192.168.1.10:40000"), NEIGHBOUR] as const;
  const both = [
    ClientFixture.a({ localDiscovery: SETTINGS }),
    new ClientFixture({ localDiscovery: SETTINGS }, MAPPING).qualify(),
  ] as const;
  const addresses = both.map((fixture) => fixture.client.status(fixture.now).address!);
  let delivered = 0;
  /** Carries what one sent on the link; the NAT lets nothing else through. */
  const carry = (sender: number): void => {
    const receiver = 1 - sender;
    const sent = [...both[sender]!.sink.datagrams];
    for (const { to, bytes } of sent) {
      if (to !== GROUP && to !== places[receiver]) continue;
      both[receiver]!.receive(bytes, places[sender]!, to === GROUP ? "discovery" : "service");
      delivered += both[receiver]!.sink.packets.length;
      carry(receiver);
    }
  };
  // The first has announced itself before the second came.
  both[0].wait(0);
  both[0].pass(60_000);
  both[1].wait(0);
  carry(1);
  for (const sender of [0, 1]) {
    both[sender]!.send(packet(addresses[sender]!, addresses[1 - sender]!));
    carry(sender);
    assertEquals(delivered, sender + 1);
    assertEquals(both[sender]!.peer(addresses[1 - sender]!)!.path, "local");
  }
});

Deno.test("C-40: 10,000 made-up neighbours a second leave the clients that came in their entries", () => {
  const fixture = neighbourly();
  fixture.receive(packet(addressOfB, addressOfA), b);
  for (let i = 0; i < 10_000; i++) {
    const mapping = endpoint(addressOf(MAPPING), 10_000 + i);
    fixture.receive(encodeBubble(clientAt(mapping), ALL_NODES, 1), NEIGHBOUR, "discovery");
    if (i % 10 === 0) fixture.pass(1);
  }
  assertEquals(fixture.dropped, "rate_limited");
  assert(fixture.peer(addressOfB) !== undefined);
});
