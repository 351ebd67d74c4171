/**
 * Clients reach native hosts, and one another, through a gateway. No route to 2001::/32 leads anywhere.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { type GatewayOptions, World } from "../sim/world.ts";
import { expectReach, expectSameAddress } from "./expectations.ts";

const KINDS = Object.keys(NAT) as NatKind[];

/** Alice behind a NAT, a gateway, and a native host that knows nothing of Teredo. */
function aliceAndNative(kind: NatKind) {
  const world = new World();
  const gateway = world.gateway();
  const native = world.nativeHost("native");
  const alice = world.client("alice", { server: gateway, behind: world.nat("natA", NAT[kind]) });
  world.settle();
  return { world, gateway, native, alice };
}

for (const kind of KINDS) {
  Deno.test(`a client behind a ${kind} NAT reaches a native host through a gateway`, () => {
    const { world, gateway, native, alice } = aliceAndNative(kind);
    expectReach(world, alice, native);
    const seen = world.log.find({ from: "gateway", to: "native", kind: "echo request" });
    assertEquals(seen.length, 10 + 1, "ten pings and the connectivity test");
    const [account] = gateway.status.relay.gateway!.accounts;
    assert(account!.octetsOut > 0 && account!.octetsIn > 0);
  });
}

for (const kind of KINDS) {
  Deno.test(`with one address, a gateway serves a client behind a ${kind} NAT within a second and a half`, () => {
    const world = new World();
    const server = world.gateway("gateway", { addresses: 1 });
    const native = world.nativeHost("native");
    const alice = world.client("alice", { server, behind: world.nat("natA", NAT[kind]) });
    world.pass(1.5);
    assertEquals(alice.status.nat, "unknown");
    expectReach(world, alice, native);
    expectSameAddress(world, alice, 1200);
  });
}

/** Alice and bob, each behind a NAT, and a gateway. */
function twoBehind(one: NatKind, other: NatKind, options: GatewayOptions = {}) {
  const world = new World();
  const gateway = world.gateway("gateway", options);
  const alice = world.client("alice", { server: gateway, behind: world.nat("natA", NAT[one]) });
  const bob = world.client("bob", { server: gateway, behind: world.nat("natB", NAT[other]) });
  world.settle();
  return { world, gateway, alice, bob };
}

Deno.test("two clients behind symmetric NATs meet through a gateway within three seconds", () => {
  const { world, gateway, alice, bob } = twoBehind("symmetric", "symmetric");
  const ping = alice.ping(bob, { count: 20 });
  world.pass(30);
  assert(ping.firstReplyAfter <= 3_000, `${ping.firstReplyAfter} ms`);
  assertEquals(ping.lost, 0);
  assertEquals(alice.status.peers[0]!.path, "gateway");
  assertEquals(gateway.refused, 0);
});
