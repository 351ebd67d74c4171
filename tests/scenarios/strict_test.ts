/**
 * Clients that know RFC 4380 alone and insist on exact lengths, by their double in the simulator:
 * with our server, relay and client.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";
import { expectReach } from "./expectations.ts";

const KINDS = ["cone", "addressRestricted", "portRestricted"] as const satisfies NatKind[];

/** The double behind a NAT, and its server. */
function stage(kind: NatKind) {
  const world = new World();
  const server = world.server();
  const strict = world.strict("strict", { server, behind: world.nat("natS", NAT[kind]) });
  world.pass(1);
  return { world, server, strict };
}

for (const kind of KINDS) {
  Deno.test(`a strict client behind a ${kind} NAT qualifies, and talks to native hosts through a relay`, () => {
    const { world, strict } = stage(kind);
    assert(strict.address !== undefined);
    world.relay();
    const native = world.nativeHost("native");
    const [out, back] = [strict.ping(native, { count: 10 }), native.ping(strict, { count: 10 })];
    world.pass(30);
    assertEquals([out.lost, back.lost, strict.machine.inexact], [0, 0, 0]);
    assert(back.firstReplyAfter < 1_000, `${back.firstReplyAfter} ms`);
    world.pass(60);
    expectReach(world, native, strict);
  });

  for (const other of [...KINDS, "symmetric"] as const) {
    const meets = other !== "symmetric";
    Deno.test(`a strict client behind a ${kind} NAT ${meets ? "and" : "or"} ours behind a ${other} NAT ${meets ? "reach each other" : "gets an error"}`, () => {
      const { world, server, strict } = stage(kind);
      const alice = world.client("alice", { server, behind: world.nat("natA", NAT[other]) });
      world.settle();
      const ping = alice.ping(strict, { count: 10 });
      world.pass(20);
      assertEquals(ping.isAnswered, meets);
      if (!meets) return;
      // The first bubble has a trailer; the next one, two seconds later, has none.
      assert(ping.firstReplyAfter < 2_500, `${ping.firstReplyAfter} ms`);
      world.pass(60);
      const back = strict.ping(alice, { count: 10 });
      world.pass(20);
      assert(back.isAnswered);
      assertEquals(alice.status.peers.map(({ path }) => path), ["direct"]);
    });

    Deno.test(`a strict client behind a ${kind} NAT begins with ours behind a ${other} NAT`, () => {
      const { world, server, strict } = stage(kind);
      const alice = world.client("alice", { server, behind: world.nat("natA", NAT[other]) });
      world.settle();
      const ping = strict.ping(alice, { count: 10 });
      world.pass(20);
      assertEquals(ping.isAnswered, meets);
      if (meets) assert(ping.firstReplyAfter < 1_000, `${ping.firstReplyAfter} ms`);
    });
  }
}

Deno.test("a strict client that we call behind a gateway's NAT answers through the gateway", () => {
  const world = new World();
  const server = world.gateway();
  const strict = world.strict("strict", { server, behind: world.nat("natS", NAT.portRestricted) });
  const alice = world.client("alice", { server, behind: world.nat("natA", NAT.symmetric) });
  world.settle();
  const ping = alice.ping(strict, { count: 60 });
  world.pass(70);
  assertEquals(ping.lost, 0);
  assertEquals(alice.status.peers.map(({ path }) => path), ["gateway"]);
});

for (const isNeighbour of [true, false]) {
  const place = isNeighbour ? "the same NAT" : "another NAT";
  Deno.test(`C-35: a strict client behind ${place} that called once is found by two packets a minute`, () => {
    const world = new World();
    const server = world.server();
    const nat = world.nat("nat", NAT.portRestricted);
    const alice = world.client("alice", { server, behind: nat });
    const behind = isNeighbour ? nat : world.nat("natS", NAT.portRestricted);
    const strict = world.strict("strict", { server, behind });
    world.settle();
    world.pass(15);
    strict.ping(alice, { count: 1 });
    world.pass(60);
    // Each search for a stranger has as many attempts as packets, and may have no other.
    const lost = Array.from({ length: 8 }, () => {
      const ping = alice.ping(strict, { count: 2, interval: 1_000 });
      world.pass(60);
      return ping.lost;
    });
    assertEquals(lost.slice(1), [0, 0, 0, 0, 0, 0, 0]);
  });
}
