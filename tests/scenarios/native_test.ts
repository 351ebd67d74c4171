/**
 * Clients and native IPv6 hosts, through relays.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";
import { expectReach } from "./expectations.ts";

/** Alice behind a NAT, a native host, and a relay between them. */
function aliceAndNative(kind: NatKind) {
  const world = new World();
  const server = world.server();
  const relay = world.relay();
  const native = world.nativeHost("native");
  const alice = world.client("alice", { server, behind: world.nat("natA", NAT[kind]) });
  world.settle();
  return { world, server, relay, native, alice };
}

for (const kind of ["cone", "addressRestricted", "portRestricted"] as const) {
  Deno.test(`a client behind a ${kind} NAT reaches a native host through a relay`, () => {
    const { world, native, alice } = aliceAndNative(kind);
    expectReach(world, alice, native);
    assertEquals(alice.status.peers.map(({ path }) => path), ["relay"]);
  });

  Deno.test(`a native host reaches a client behind a ${kind} NAT through a relay`, () => {
    const { world, native, alice } = aliceAndNative(kind);
    expectReach(world, native, alice);
  });
}

Deno.test("C-33: the server carries the connectivity test and no data", () => {
  const { world, native, alice } = aliceAndNative("portRestricted");
  expectReach(world, alice, native);
  const echoes = world.log.find({ from: "alice", kind: "echo request" });
  assertEquals(echoes.filter((echo) => echo.reached("server")).length, 1);
  assertEquals(echoes.filter((echo) => echo.reached("relay")).length, 10);
});

Deno.test("a client follows when another relay takes over", () => {
  const { world, relay, native, alice } = aliceAndNative("portRestricted");
  expectReach(world, alice, native);
  relay.die();
  world.relay("second relay");
  world.pass(31);
  expectReach(world, alice, native);
  expectReach(world, native, alice);
});

Deno.test("a relay that starts anew carries on", () => {
  const { world, relay, native, alice } = aliceAndNative("portRestricted");
  expectReach(world, native, alice);
  relay.returnToLife();
  expectReach(world, native, alice);
});

Deno.test("without a relay a native host is unreachable, and the sender is told", () => {
  const { world, relay, native, alice } = aliceAndNative("portRestricted");
  relay.die();
  const ping = alice.ping(native, { count: 2 });
  world.pass(20);
  assert(!ping.isAnswered);
  assertEquals(ping.errors, 2);
});

Deno.test("R-08: a relay behind a port-restricted NAT sends direct bubbles as well", () => {
  const world = new World();
  const server = world.server();
  const behind = world.nat("natR", NAT.portRestricted);
  world.relay("relay", { behind, config: { directBubbles: true } });
  const native = world.nativeHost("native");
  const alice = world.client("alice", { server, behind: world.nat("natA", NAT.portRestricted) });
  world.settle();
  expectReach(world, native, alice);
});

Deno.test("R-06: a native host that pings a client which is gone is told so", () => {
  const { world, native, alice } = aliceAndNative("portRestricted");
  alice.host.hasPower = false;
  const ping = native.ping(alice, { count: 2 });
  world.pass(20);
  assertEquals(ping.errors, 2);
});
