import { assert, assertEquals } from "@std/assert";
import { SERVER_LIMITS } from "../../server/server_limits.ts";
import { SecretTable } from "../../server/secret_store.ts";
import { hasValidIcmpv6Checksum, writeIcmpv6Checksum } from "../../wire/checksum.ts";
import { type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { isIpv6Packet } from "../../wire/ipv6_header.ts";
import { isRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { getU32 } from "../../memory/octets.ts";
import { isTeredo, mappingOf } from "../../wire/teredo_address.ts";
import { ACTORS, captures, negatives, vectors } from "../vectors/vectors.ts";
import { ServerFixture } from "./server_fixture.ts";

const COUNT = 100_000;

/** What a Router Advertisement with MTU and origin is longer than its solicitation. */
const MAX_GROWTH = 56;

/** Numbers below `limit`, the same ones for the same seed (xorshift32). */
function newGenerator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

const SEEDS = [...vectors, ...negatives, ...captures].map(({ payload }) => payload);
const SOURCES = [...new Set([...vectors, ...negatives].flatMap(({ source }) => source ?? []))];

/** A payload that went wrong: noise, or one of the fixtures with some octets changed or cut off. */
function mutate(below: (limit: number) => number): Uint8Array {
  if (below(10) === 0) return Uint8Array.from({ length: below(200) }, () => below(256));
  let payload = SEEDS[below(SEEDS.length)]!.slice();
  for (let changes = below(4); changes > 0 && payload.length > 0; changes--) {
    payload[below(payload.length)] = below(2) === 0 ? below(256) : below(4);
  }
  if (below(8) === 0) payload = payload.slice(0, below(payload.length + 1));
  if (below(8) === 0) payload = new Uint8Array([...payload, ...payload.subarray(below(40))]);
  // Changed solicitations would mostly fail for their checksum.
  if (isIpv6Packet(payload) && isRouterSolicitation(payload)) writeIcmpv6Checksum(payload);
  return payload;
}

/** The source that the payload asks for, or another. */
function sourceFor(payload: Uint8Array, below: (limit: number) => number): Endpoint {
  if (payload.length >= 40 && isTeredo(payload, 8) && below(4) > 0) return mappingOf(payload, 8);
  if (below(4) > 0) return SOURCES[below(SOURCES.length)]!;
  return endpoint(ipv4Address(below(2 ** 32)), below(0x10000));
}

Deno.test("S-28: whatever comes in, at most one packet goes out, 56 octets longer at most", () => {
  const secret = { secret: ACTORS.secret, retired: false };
  const servers = [
    new ServerFixture(),
    new ServerFixture({ limits: SERVER_LIMITS }),
    new ServerFixture({ secrets: new SecretTable([[ACTORS.identifier, secret]]) }),
    new ServerFixture({ secondary: undefined, requireNonce: true }),
  ];
  const below = newGenerator(0x7e4ed0);
  let used = 0;
  for (let i = 0; i < COUNT; i++) {
    const payload = mutate(below);
    const before = payload.slice();
    const from = sourceFor(payload, below);
    const via = below(2) === 0 ? "primary" : "secondary";
    const fixture = servers[i % servers.length]!.receive(payload, from, via, i);
    const { datagrams, packets } = fixture.sink;
    // The fixture itself sees to it that there is one output or one drop.
    if (fixture.dropped !== undefined) continue;
    used++;
    assertEquals(payload.toHex(), before.toHex());
    for (const { to, bytes } of datagrams) {
      assert(bytes.length <= payload.length + MAX_GROWTH);
      assert(portOf(to) !== 0 || to === from);
    }
    for (const packet of packets) {
      assert(packet.length <= payload.length);
      assert(isTeredo(packet, 8) && mappingOf(packet, 8) === from);
      assertEquals(getU32(packet, 0) >>> 28, 6);
    }
  }
  assert(used > COUNT / 100, `Only ${used} of ${COUNT} were used`);
});

Deno.test("whatever is answered, the advertisement has a right checksum", () => {
  const fixture = new ServerFixture();
  const below = newGenerator(4380);
  let answered = 0;
  for (let i = 0; i < COUNT / 10; i++) {
    const payload = mutate(below);
    const { datagrams } = fixture.receive(payload, sourceFor(payload, below)).sink;
    if (fixture.server.status().solicitationsAnswered === answered) continue;
    answered++;
    assert(hasValidIcmpv6Checksum(datagrams[0]!.bytes.subarray(-96)));
  }
  assert(answered > 100);
});
