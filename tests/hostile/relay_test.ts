/** What a relay makes of hostile input: nothing. */

import { assert, assertEquals } from "@std/assert";
import { isBubble } from "../../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { isGlobalScope, isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, hasRoutingHeaderType0, SOURCE } from "../../wire/ipv6_header.ts";
import { isWithin } from "../../wire/ipv6_prefix.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { isTeredo, mappingOf } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { parseTrailers } from "../../wire/trailers.ts";
import { echo, RelayFixture } from "../relay/relay_fixture.ts";
import { ACTORS, ip6, negatives } from "../vectors/vectors.ts";
import { assertDeep, attack, type Target } from "./million.ts";

const GLOBAL = new GlobalUnicast("rfc4380");
const SERVED = { address: ip6("2001:db8::"), length: 32 };
const { addressOfA, addressOfB, host } = ACTORS;

/** A relay that knows client A, and searches for client B. */
function acquainted(): Target {
  const fixture = new RelayFixture();
  fixture.meetA();
  fixture.native(echo(host, addressOfB));
  return target(fixture, [addressOfA, addressOfB]);
}

function target(fixture: RelayFixture, known: readonly Uint8Array[]): Target {
  const { relay, now } = fixture;
  return {
    receive: (datagram, from, sink) => relay.handleDatagram(datagram, from, "service", now, sink),
    state: () => stateOf(fixture),
    mayUse: (datagram, from) => mayUse(datagram, from, known),
    // What waited for B, and the packet itself.
    maxOutputs: 2,
    maxGrowth: 100,
  };
}

function stateOf({ relay, now }: RelayFixture): string {
  const peers = relay.status(now).peers.map(({ mapping, path, octetsReceived }) =>
    `${mapping} ${path} ${octetsReceived}`
  );
  return `${relay.nextTimer()} ${peers.sort().join()}`;
}

/** RFC 4380 §5.4.2. */
function mayUse(datagram: Uint8Array, from: Endpoint, known: readonly Uint8Array[]): boolean {
  const packet = parseTeredoPacket(datagram);
  if (typeof packet === "string" || typeof parseTrailers(packet.trailers) === "string") {
    return false;
  }
  const { ipv6 } = packet;
  if (!known.some((address) => isSameIpv6(ipv6, SOURCE, address))) return false;
  if (mappingOf(ipv6, SOURCE) !== from || !GLOBAL.has(addressOf(from))) return false;
  if (hasRoutingHeaderType0(ipv6)) return false;
  if (isBubble(ipv6)) return true;
  return isGlobalScope(ipv6, DESTINATION) && !isTeredo(ipv6, DESTINATION) &&
    isWithin(ipv6, DESTINATION, SERVED);
}

Deno.test("R-09, R-10: a million hostile datagrams get nothing out of a relay and leave nothing", () => {
  const outcome = attack("hostile to relays", [acquainted(), target(new RelayFixture(), [])]);
  assertDeep(outcome, { leastUsed: 10_000, mostUsed: 30_000, leastReasons: 14 });
});

for (const { name, source, payload, expect } of negatives) {
  Deno.test(`${name}: the relay answers nothing and holds no state (${expect})`, () => {
    for (const from of source === undefined ? [ACTORS.a, endpoint(ACTORS.s1, 3544)] : [source]) {
      const fixture = new RelayFixture();
      fixture.datagram(payload, from);
      assertEquals(
        [...fixture.sink.datagrams, ...fixture.sink.packets, ...fixture.sink.events],
        [],
      );
      assert(fixture.sink.drops.length === 1);
      assertEquals(fixture.relay.status(fixture.now).peers, []);
      assertEquals(fixture.relay.nextTimer(), Infinity);
    }
  });
}
