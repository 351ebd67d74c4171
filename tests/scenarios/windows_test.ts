/**
 * Windows' own client at a gateway, by its double in the simulator.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { captures } from "../vectors/vectors.ts";
import { isBubble } from "../../wire/bubble.ts";
import { isEcho } from "../../wire/icmpv6.ts";
import { destinationOf, sourceOf } from "../../wire/ipv6_header.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";

const KINDS = Object.keys(NAT) as NatKind[];

for (const kind of KINDS) {
  Deno.test(`Windows' client behind a ${kind} NAT reaches a native host through a gateway`, () => {
    const world = new World();
    const server = world.gateway();
    const native = world.nativeHost("native");
    const windows = world.windows("windows", { server, behind: world.nat("nat", NAT[kind]) });
    world.pass(1);
    const ping = windows.ping(native, { count: 60 });
    world.pass(70);
    assertEquals([ping.lost, ping.errors], [0, 0]);
    assert(ping.firstReplyAfter < 1_000, `${ping.firstReplyAfter} ms`);
  });

  Deno.test(`a client of ours behind a symmetric NAT reaches Windows' client behind a ${kind} NAT`, () => {
    const world = new World();
    const server = world.gateway();
    const behind = world.nat("natW", NAT[kind]);
    const windows = world.windows("windows", { server, behind });
    const alice = world.client("alice", { server, behind: world.nat("natA", NAT.symmetric) });
    world.settle();
    const ping = alice.ping(windows, { count: 60 });
    world.pass(70);
    assertEquals([ping.lost, ping.errors], [0, 0]);
    assert(ping.firstReplyAfter <= 3_000, `${ping.firstReplyAfter} ms`);
  });
}

for (const kind of ["cone", "addressRestricted"] as const) {
  Deno.test(`a client behind a symmetric NAT that sends no nonces reaches ours behind a ${kind} NAT`, () => {
    const world = new World();
    const server = world.server();
    const behind = world.nat("natW", NAT.symmetric);
    const windows = world.windows("windows", { server, behind });
    const alice = world.client("alice", { server, behind: world.nat("natA", NAT[kind]) });
    world.settle();
    const ping = windows.ping(alice, { count: 10 });
    world.pass(15);
    assert(ping.firstReplyAfter < (kind === "cone" ? 1_000 : 2_000), `${ping.firstReplyAfter} ms`);
    assertEquals(alice.status.peers.map(({ path }) => path), ["nonce"]);
  });
}

Deno.test("Windows' client does not qualify with a server that has one address", () => {
  const world = new World();
  const server = world.gateway("gateway", { addresses: 1 });
  const windows = world.windows("windows", { server });
  world.pass(60);
  assertEquals(windows.address, undefined);
});

Deno.test("the captures show Windows answer a relay's bubble at the bubble's own source", () => {
  const bubbles = captures.map(({ payload }) => parseTeredoPacket(payload))
    .flatMap((packet) => typeof packet === "string" ? [] : [packet])
    .filter(({ ipv6 }) => isBubble(ipv6));
  const asked = bubbles.filter(({ origin }) => origin !== undefined);
  const answered = asked.filter(({ ipv6 }) =>
    bubbles.some((other) =>
      destinationOf(other.ipv6).toHex() === sourceOf(ipv6).toHex() &&
      sourceOf(other.ipv6).toHex() === destinationOf(ipv6).toHex()
    )
  );
  assert(answered.length > 0, "without an answer the double would be a guess");
});

Deno.test("the captures show the length of Windows' connectivity test", () => {
  const lengths = captures.map(({ payload }) => parseTeredoPacket(payload))
    .flatMap((packet) => typeof packet === "string" ? [] : [packet.ipv6])
    .filter(isEcho).map(({ length }) => length);
  assertEquals(new Set(lengths), new Set([40 + 8 + 4]));
});
