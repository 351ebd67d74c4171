import { assert, assertEquals } from "@std/assert";
import type { ClientSocket } from "../../client/client_sink.ts";
import { DISCOVERY_GROUP } from "../../protocol/constants.ts";
import { isBubble } from "../../wire/bubble.ts";
import { writeIcmpv6Checksum } from "../../wire/checksum.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { isEcho } from "../../wire/icmpv6.ts";
import { ipv4Address, isPrivateIpv4 } from "../../wire/ipv4_address.ts";
import { isIpv6Packet, NextHeader, nextHeaderOf } from "../../wire/ipv6_header.ts";
import { isRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { getU32 } from "../../memory/octets.ts";
import { isTeredo, mappingOf } from "../../wire/teredo_address.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { at, captures, ip4, negatives, vectors } from "../vectors/vectors.ts";
import { ClientFixture } from "./client_fixture.ts";

const COUNT = 200_000;
const MAX_PEERS = 32;
const QUEUE_PER_PEER = 4_000;

const GLOBAL = new GlobalUnicast("rfc4380");
const LOCAL = at("192.168.1.9:4096");
const SEEDS = [...vectors, ...negatives, ...captures].map(({ payload }) => payload);
const SOURCES = [...new Set([...vectors, ...negatives].flatMap(({ source }) => source ?? []))];
const VIAS: readonly ClientSocket[] = ["service", "service", "service", "discovery", "secondary"];

type Below = (limit: number) => number;

/** Numbers below a limit, the same ones for the same seed. */
function newGenerator(seed: string): Below {
  const random = seededRandom(seed);
  const word = new Uint8Array(4);
  return (limit) => {
    random(word);
    return getU32(word, 0) % limit;
  };
}

/** Noise, or one of the fixtures or of the client's own packets, changed or cut off. */
function mutate(below: Below, recent: readonly Uint8Array[]): Uint8Array {
  if (below(20) === 0) return Uint8Array.from({ length: below(200) }, () => below(256));
  const pool = below(4) === 0 && recent.length > 0 ? recent : SEEDS;
  let payload = pool[below(pool.length)]!.slice();
  for (let changes = below(3); changes > 0 && payload.length > 0; changes--) {
    payload[below(payload.length)] = below(2) === 0 ? below(256) : below(4);
  }
  if (below(4) === 0 && payload.length >= 40 && payload[0]! >>> 4 === 6) {
    // From or to somebody else; an echo request of ours becomes its answer, a nonce comes back.
    const source = payload.slice(8, 24);
    payload.copyWithin(8, 24, 40);
    payload.set(source, 24);
    if (isIpv6Packet(payload) && isEcho(payload)) payload[40] = 129;
  }
  if (below(8) === 0) payload = payload.slice(0, below(payload.length + 1));
  if (below(8) === 0) payload = new Uint8Array([...payload, ...payload.subarray(below(40))]);
  if (
    isIpv6Packet(payload) && payload.length >= 44 && nextHeaderOf(payload) === NextHeader.ICMPV6
  ) {
    writeIcmpv6Checksum(payload);
  }
  return payload;
}

/** The source that the payload asks for, or another. */
function sourceFor(payload: Uint8Array, below: Below): Endpoint {
  if (payload.length >= 40 && isTeredo(payload, 8) && below(4) > 0) return mappingOf(payload, 8);
  if (below(4) > 0) return SOURCES[below(SOURCES.length)]!;
  return endpoint(ipv4Address(below(2 ** 32)), below(0x10000));
}

/** Runs a client in a hostile world and asserts what must hold whatever comes. */
function fuzz(seed: string, isAnswered: boolean): Map<string, number> {
  const below = newGenerator(seed);
  const random = seededRandom(`${seed}/client`);
  const fixture = new ClientFixture({
    // The flags are those of the fixtures' client A, so that much of what comes is for us.
    random: (bytes) => bytes.length === 2 ? bytes.set([0x38, 0x5c]) : random(bytes),
    maxPeers: MAX_PEERS,
    queuePerPeer: QUEUE_PER_PEER,
    queueTotal: 20_000,
    determineRefreshInterval: true,
    localEndpoint: () => LOCAL,
    serverLoadReduction: below(2) === 0,
    localDiscovery: { isOnLink: (address) => address >>> 16 === ip4("192.168.0.0") >>> 16 },
  });
  const { client, sink } = fixture;
  const recent: Uint8Array[] = [];
  const outcomes = new Map<string, number>();
  for (let i = 0; i < COUNT; i++) {
    const input = mutate(below, recent);
    const before = input.toHex();
    const choice = below(10);
    if (choice === 0) fixture.wait(below(5) === 0 ? below(10_000) : below(100));
    else if (choice === 1) fixture.send(input);
    else fixture.receive(input, sourceFor(input, below), VIAS[below(VIAS.length)]);
    assertEquals(input.toHex(), before);
    check(fixture, input, choice === 0);
    if (choice === 0) assert(client.nextTimer() > fixture.now);
    for (const { bytes } of sink.datagrams) recent[below(64) % (recent.length + 1)] = bytes;
    for (const outcome of sink.drops.length > 0 ? sink.drops : ["used"]) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    if (isAnswered && below(4) > 0) {
      for (const sent of fixture.solicitations) fixture.answerTo(sent);
    }
    if (i % 100 === 0) assert(client.status(fixture.now).peers.length <= MAX_PEERS);
  }
  return outcomes;
}

function check({ client, sink, now }: ClientFixture, input: Uint8Array, isTimer: boolean): void {
  const { state, mapping } = client.status(now);
  let octets = 0;
  for (const { to, bytes, via } of sink.datagrams) {
    const packet = parseTeredoPacket(bytes);
    assert(typeof packet !== "string");
    octets += bytes.length;
    if (via === "secondary") assert(isRouterSolicitation(packet.ipv6));
    if (isTimer) continue;
    if (state !== "qualified") assert(isRouterSolicitation(packet.ipv6));
    assert(to !== mapping);
    if (isBubble(packet.ipv6) && addressOf(to) !== DISCOVERY_GROUP) {
      assert(portOf(to) !== 0);
      assert(GLOBAL.has(addressOf(to)) || isPrivateIpv4(addressOf(to)));
      assert(to !== LOCAL);
    }
  }
  for (const packet of sink.packets) {
    assert(isIpv6Packet(packet));
    assert(!isBubble(packet));
  }
  // What one input can set free is one peer's queue, and an attempt or an answer of six bubbles.
  if (!isTimer) assert(octets <= QUEUE_PER_PEER + input.length + 400, `${octets}`);
}

Deno.test("whatever arrives, a client with a server does not throw and stays within its bounds", () => {
  const outcomes = fuzz("fuzz with server", true);
  assert(outcomes.get("used")! > COUNT / 20, JSON.stringify([...outcomes]));
  assert(outcomes.size > 20, JSON.stringify([...outcomes]));
});

Deno.test("whatever arrives, a client without a server never qualifies", () => {
  const outcomes = fuzz("fuzz without server", false);
  assert(outcomes.get("not_qualified")! > 0 && !outcomes.has("loop"));
});
