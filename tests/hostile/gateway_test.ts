/**
 * Attempts to misuse a gateway: each is refused, and counted under its name. What leaves bears the
 * operator's address, so nothing may leave that the rules do not allow, and nobody may be sent
 * anything that did not ask for it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { DropReason } from "../../protocol/drop_reason.ts";
import { PROOF_LIMITS } from "../../protocol/proved_endpoints.ts";
import { AddressAccess } from "../../relay/gateway_config.ts";
import { SecretTable } from "../../server/secret_store.ts";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import { addressOf, endpoint } from "../../wire/endpoint.ts";
import { isEcho, isIcmpv6 } from "../../wire/icmpv6.ts";
import { isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, hasRoutingHeaderType0, NextHeader, SOURCE } from "../../wire/ipv6_header.ts";
import {
  decodeTeredoAddress,
  encodeTeredoAddress,
  isTeredo,
  mappingOf,
  serverOf,
} from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { setU32 } from "../../memory/octets.ts";
import { packet } from "../client/client_fixture.ts";
import { EVERYBODY, GatewayFixture, OWN } from "../relay/gateway_fixture.ts";
import { echo } from "../relay/relay_fixture.ts";
import { S1 } from "../server/server_fixture.ts";
import { ACTORS, at, ip4, ip6 } from "../vectors/vectors.ts";
import { HostileDatagrams } from "./hostile_datagrams.ts";

const { a, b, addressOfA, addressOfB, host } = ACTORS;
const A = decodeTeredoAddress(addressOfA)!;

/** Another client of S1, behind the given mapping. */
function clientAt(mapping: string, server = A.server): Uint8Array {
  return encodeTeredoAddress({ ...A, server, mapping: at(mapping) });
}

const NEIGHBOUR = clientAt("192.0.2.77:5000");

/** TCP from client A. */
function tcp(destination: Uint8Array, length = 20): Uint8Array<ArrayBuffer> {
  return packet(addressOfA, destination, length, NextHeader.TCP);
}

/** What is attempted at a gateway that serves client A, and the name that it is refused under. */
const FROM_CLIENT: readonly [attempt: string, what: Uint8Array, reason: DropReason][] = [
  ["a unique local destination", tcp(ip6("fd00::1")), "destination_invalid"],
  ["a link-local destination", tcp(ip6("fe80::1")), "destination_invalid"],
  ["a multicast destination", tcp(ip6("ff0e::1")), "destination_invalid"],
  ["the loopback address", tcp(ip6("::1")), "destination_invalid"],
  ["a destination outside of the Internet", tcp(ip6("4000::1")), "destination_invalid"],
  ["6to4 to a private IPv4 address", tcp(ip6("2002:a00:1::1")), "destination_not_global"],
  ["6to4 back to the gateway", tcp(ip6("2002:cb00:7178::1")), "loop"],
  ["a client at a private IPv4 address", tcp(clientAt("10.0.0.1:5000")), "destination_not_global"],
  [
    "a client whose server has a private address",
    tcp(clientAt("192.0.2.77:5000", ip4("10.0.0.1"))),
    "destination_not_global",
  ],
  [
    "another server, as if it were a client",
    tcp(clientAt("198.51.100.118:3544", ACTORS.s2)),
    "loop",
  ],
  ["the gateway itself, as if it were a client", tcp(clientAt("203.0.113.120:4000")), "loop"],
  ["the sender itself", tcp(clientAt("192.0.2.1:4096")), "loop"],
  ["a service of the gateway's host", tcp(OWN), "own_service"],
];

for (const [attempt, what, reason] of FROM_CLIENT) {
  Deno.test(`gateway: ${attempt} is refused as ${reason}`, () => {
    const fixture = new GatewayFixture().meetA();
    assertEquals(fixture.receive(tcp(host)).outcome, { packets: 1, drops: [] });
    assertEquals(fixture.receive(what).outcome, { packets: 0, drops: [reason] });
    assertEquals(fixture.receive(tcp(host)).outcome, { packets: 1, drops: [] });
  });
}

Deno.test("gateway: a routing header of type 0 is refused as routing_header", () => {
  const what = packet(addressOfA, host, 24, NextHeader.ROUTING);
  what.set([NextHeader.TCP, 2, 0, 1], 40);
  const { outcome } = new GatewayFixture().meetA().receive(what);
  assertEquals(outcome, { packets: 0, drops: ["routing_header"] });
});

Deno.test("gateway: a client that is not at the listed addresses is refused as gateway_denied", () => {
  const access = new AddressAccess([{ network: ip4("198.51.100.0"), prefixLength: 24 }]);
  const fixture = new GatewayFixture({ rules: { access } });
  const { outcome } = fixture.receive(echo(addressOfA, host));
  assertEquals(outcome, { packets: 0, drops: ["gateway_denied"] });
  assertEquals(fixture.sink.datagrams, []);
});

Deno.test("gateway: a client that has not proved a secret is refused as gateway_denied, until it has", () => {
  const { fixture } = GatewayFixture.forProved();
  const test = echo(addressOfA, host);
  assertEquals(fixture.receive(test).outcome, { packets: 0, drops: ["gateway_denied"] });
  assertEquals(fixture.solicit().receive(test).outcome, { packets: 1, drops: [] });
});

Deno.test("gateway: a proof at another port proves nothing here", () => {
  const { fixture } = GatewayFixture.forProved();
  fixture.solicit();
  const other = clientAt("192.0.2.1:4097");
  const { outcome } = fixture.receive(echo(other, host), at("192.0.2.1:4097"));
  assertEquals(outcome, { packets: 0, drops: ["gateway_denied"] });
});

Deno.test("gateway: a proof that is too old is refused as gateway_denied, in mid-traffic", () => {
  const { fixture } = GatewayFixture.forProved();
  fixture.solicit().meetA();
  for (let second = 10; second < PROOF_LIMITS.lifetime / 1_000; second += 10) {
    fixture.now += 10_000;
    assertEquals(fixture.receive(tcp(host)).outcome, { packets: 1, drops: [] });
  }
  fixture.now += 10_000;
  assertEquals(fixture.receive(tcp(host)).outcome, { packets: 0, drops: ["gateway_denied"] });
  assertEquals(fixture.fromKernel(packet(host, addressOfA)).outcome.drops, ["gateway_denied"]);
});

Deno.test("gateway: a secret that is revoked is refused as gateway_denied within a second", () => {
  const { fixture, proofs } = GatewayFixture.forProved();
  fixture.solicit().meetA();
  assertEquals(fixture.receive(tcp(host)).outcome, { packets: 1, drops: [] });
  fixture.machine.reconfigure({ ...S1, proofs, secrets: new SecretTable([]) });
  fixture.now += 1_000;
  assertEquals(fixture.receive(tcp(host)).outcome, { packets: 0, drops: ["gateway_denied"] });
});

Deno.test("gateway: a client of another server is refused as gateway_other_server", () => {
  const { outcome } = new GatewayFixture().receive(echo(addressOfB, host), b);
  assertEquals(outcome, { packets: 0, drops: ["gateway_other_server"] });
});

Deno.test("gateway: a Teredo source that is not the outer source is refused as source_mismatch", () => {
  const fixture = new GatewayFixture().meetA();
  for (const from of [at("192.0.2.1:4097"), b]) {
    assertEquals(fixture.receive(tcp(host), from).outcome.drops, ["source_mismatch"]);
    assertEquals(fixture.receive(echo(addressOfA, host), from).outcome.drops, ["source_mismatch"]);
  }
});

Deno.test("gateway: a forged native source is refused as source_invalid", () => {
  const fixture = new GatewayFixture().meetA();
  for (const source of [host, OWN, ip6("fe80::1")]) {
    const forged = packet(source, ip6("2001:db8::7"), 20, NextHeader.TCP);
    assertEquals(fixture.receive(forged).outcome, { packets: 0, drops: ["source_invalid"] });
  }
});

Deno.test("gateway: a client that has not shown that it is there is refused as peer_not_trusted, and gets no more than a bubble", () => {
  const fixture = new GatewayFixture();
  assertEquals(fixture.receive(tcp(host)).outcome, { packets: 0, drops: ["peer_not_trusted"] });
  assertEquals(fixture.sink.datagrams.map(({ to }) => to), [a]);
  for (let i = 0; i < 100; i++) fixture.receive(tcp(host));
  assertEquals(fixture.sink.datagrams, [], "it is asked once");
});

Deno.test("gateway: a forged answer to its bubble is refused as peer_not_trusted", () => {
  const fixture = new GatewayFixture().receive(echo(addressOfA, host));
  // Whoever forges the client's address does not receive the bubble, and cannot answer it.
  for (const source of [host, OWN, ip6("fe80::1")]) {
    const { drops } = fixture.receive(encodeBubble(addressOfA, source)).outcome;
    assertEquals(drops, ["peer_not_trusted"]);
  }
  assertEquals(fixture.fromKernel(packet(host, addressOfA, 1000)).sink.datagrams, []);
});

Deno.test("gateway: a native host's packet for a client that began nothing is refused as unsolicited", () => {
  const fixture = new GatewayFixture().meetA();
  for (let port = 1; port <= 1000; port++) {
    const scan = packet(host, NEIGHBOUR, 20, NextHeader.TCP);
    setU32(scan, 40, port);
    const { drops } = fixture.fromKernel(scan).outcome;
    assertEquals(drops, ["unsolicited"]);
    assertEquals(fixture.sink.datagrams, [], "the client hears nothing of it");
  }
});

Deno.test("gateway: what seems to come from another client is refused as unsolicited, too", () => {
  const { drops } = new GatewayFixture().fromKernel(packet(addressOfB, NEIGHBOUR)).outcome;
  assertEquals(drops, ["unsolicited"]);
});

Deno.test("gateway: a client that is called hears from nobody else", () => {
  const fixture = new GatewayFixture().fromKernel(packet(OWN, NEIGHBOUR, 20, NextHeader.TCP));
  fixture.answerBubble(NEIGHBOUR, at("192.0.2.77:5000"));
  assertEquals(fixture.fromKernel(packet(host, NEIGHBOUR)).outcome.drops, ["unsolicited"]);
});

Deno.test("gateway: a client that is called, and may not use the gateway, can but answer", () => {
  const access = new AddressAccess([{ network: ip4("192.0.2.1"), prefixLength: 32 }]);
  const fixture = new GatewayFixture({ rules: { access } });
  fixture.fromKernel(packet(OWN, NEIGHBOUR, 20, NextHeader.TCP));
  const from = at("192.0.2.77:5000");
  fixture.answerBubble(NEIGHBOUR, from);
  const answer = packet(NEIGHBOUR, OWN, 20, NextHeader.TCP);
  assertEquals(fixture.receive(answer, from).outcome, { packets: 1, drops: [] });
  const other = packet(NEIGHBOUR, host, 20, NextHeader.TCP);
  assertEquals(fixture.receive(other, from).outcome, { packets: 0, drops: ["gateway_denied"] });
});

Deno.test("gateway: a client that pings the gateway's host does not get at its services by that", () => {
  const fixture = new GatewayFixture().meetA().receive(echo(addressOfA, OWN));
  fixture.fromKernel(echo(OWN, addressOfA));
  assertEquals(fixture.receive(tcp(OWN)).outcome, { packets: 0, drops: ["own_service"] });
});

Deno.test("gateway: more than a client's share is refused as client_rate, in both directions", () => {
  const accountRate = { perSecond: 10_000, burst: 20_000 };
  const fixture = new GatewayFixture({ rules: { ...EVERYBODY, accountRate } }).meetA();
  const passed = (send: () => GatewayFixture) =>
    Array.from({ length: 100 }, () => send().sink.drops.length).filter((drops) => drops === 0)
      .length;
  const big = tcp(host, 960);
  const answer = packet(host, addressOfA, 960);
  assertEquals(passed(() => fixture.receive(big)), 20);
  assertEquals(fixture.outcome, { packets: 0, drops: ["client_rate"] });
  assertEquals(passed(() => fixture.fromKernel(answer)), 20);
  assertEquals(fixture.sink.drops, ["client_rate"]);
  fixture.now += 1_000;
  assertEquals(passed(() => fixture.receive(big)), 10);
});

Deno.test("gateway: a client that looks for peers without end is refused as rate_limited", () => {
  const fixture = new GatewayFixture().meetA();
  const drops = new Map<string, number>();
  for (let i = 0; i < 1_000; i++) {
    const [drop = "none"] = fixture.receive(tcp(clientAt(`192.0.2.99:${5000 + i}`))).sink.drops;
    drops.set(drop, (drops.get(drop) ?? 0) + 1);
  }
  assertEquals(drops.get("rate_limited"), 960);
  assertEquals(fixture.receive(tcp(host)).outcome, { packets: 1, drops: [] });
});

Deno.test("gateway: a flood of forged clients costs no memory beyond its bounds, and keeps no other client out", () => {
  const fixture = new GatewayFixture({ relay: { maxPeers: 256 } }).meetA();
  let received = 0;
  let sent = 0;
  for (let i = 0; i < 20_000; i++) {
    const mapping = endpoint(ip4(`198.51.${i >>> 8}.${i & 255}`), 4096);
    const forged = encodeTeredoAddress({ ...A, mapping });
    const begins = packet(forged, host, 20, NextHeader.TCP);
    fixture.receive(begins, mapping);
    received += begins.length + OUTER_HEADERS;
    assertEquals(fixture.sink.packets, []);
    for (const { bytes } of fixture.sink.datagrams) {
      const bubble = parseTeredoPacket(bytes);
      assert(typeof bubble !== "string" && isBubble(bubble.ipv6));
      sent += bytes.length + OUTER_HEADERS;
    }
    if (i % 100 === 0) {
      fixture.now += 10;
      assertEquals(fixture.receive(tcp(host)).outcome, { packets: 1, drops: [] });
    }
  }
  const { relay } = fixture.machine.status(fixture.now);
  assert(relay.peers.length <= 256 && relay.gateway!.accounts.length === 1);
  assert(sent <= 1.3 * received, `${sent} of ${received} octets`);
});

/** The IPv4 and UDP headers of a datagram, octets. */
const OUTER_HEADERS = 28;

/** How many hostile datagrams a gateway gets. */
const FLOOD = 300_000;

/** What the rules let A send: the test's own opinion. */
function mayLeave(ipv6: Uint8Array): boolean {
  if (!isTeredo(ipv6, SOURCE) || serverOf(ipv6, SOURCE) !== ACTORS.s1) return false;
  if (isSameIpv6(ipv6, DESTINATION, OWN)) return isIcmpv6(ipv6);
  if (hasRoutingHeaderType0(ipv6)) return false;
  if (!isTeredo(ipv6, DESTINATION)) return ipv6[DESTINATION]! >>> 5 === 1;
  const { globalUnicast } = S1;
  const client = mappingOf(ipv6, DESTINATION);
  const server = serverOf(ipv6, DESTINATION);
  return globalUnicast.has(addressOf(client)) && globalUnicast.has(server) &&
    client !== endpoint(server, 3544) && addressOf(client) !== ACTORS.s1;
}

Deno.test("gateway: of 300,000 hostile datagrams, only what the rules allow leaves, and no memory grows", () => {
  const fixture = new GatewayFixture({ relay: { maxPeers: 64 } }).meetA();
  const stream = new HostileDatagrams("hostile to gateways");
  const left = { data: 0, echoes: 0 };
  for (let i = 0; i < FLOOD; i++) {
    if (i % 1000 === 0) fixture.now += 20;
    const datagram = stream.next();
    const { sink } = fixture.receive(datagram, stream.from);
    for (const ipv6 of sink.packets) {
      assert(mayLeave(ipv6), `${ipv6.toHex()} left`);
      // Before a client has shown that it is there, no more than a connectivity test leaves for it.
      const isKnown = mappingOf(ipv6, SOURCE) === a || ipv6.length <= 40 + 88 && isEcho(ipv6);
      assert(isKnown, `${ipv6.toHex()} left for a stranger`);
      left[isEcho(ipv6) ? "echoes" : "data"]++;
    }
    assert(sink.packets.length + sink.drops.length <= 2 && sink.datagrams.length <= 2);
  }
  const { relay } = fixture.machine.status(fixture.now);
  assert(relay.peers.length <= 64 && relay.gateway!.accounts.length <= 2);
  assert(left.echoes > 100 && left.data > 100, JSON.stringify(left));
});
