/**
 * Clients and native IPv6 hosts, through relays.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { World } from "../sim/world.ts";
import { echo } from "../relay/relay_fixture.ts";
import { ip6 } from "../vectors/vectors.ts";
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

Deno.test("bursts between a client and a native host, idle for 50 s, arrive whole both ways", () => {
  const { world, native, alice } = aliceAndNative("portRestricted");
  expectReach(world, alice, native);
  for (const [from, to] of [[native, alice], [alice, native]] as const) {
    world.pass(50);
    const burst = from.ping(to, { count: 60, interval: 0, size: 1232 });
    world.pass(5);
    assertEquals([burst.sent, burst.lost], [60, 0]);
  }
});

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

Deno.test("a client in mid-traffic finds the new relay within five seconds", () => {
  const { world, relay, native, alice } = aliceAndNative("portRestricted");
  expectReach(world, alice, native);
  relay.die();
  world.relay("second relay");
  const ping = alice.ping(native, { count: 100, interval: 100 });
  world.pass(12);
  assert(ping.lost < 50, `${ping.lost} of 100 packets in 10 s were lost`);
  assertEquals(ping.answeredSequence.at(-1), 99);
});

Deno.test("a native host that fell silent is tested at most every two seconds", () => {
  const { world, relay, native, alice } = aliceAndNative("portRestricted");
  expectReach(world, alice, native);
  relay.die();
  alice.ping(native, { count: 300, interval: 100 });
  world.pass(30);
  const tests = world.log.find({ from: "alice", kind: "echo request" })
    .filter((echo) => echo.reached("server"));
  assert(tests.length > 5 && tests.length <= 15, `${tests.length} tests`);
});

Deno.test("a restarted relay carries on", () => {
  const { world, relay, native, alice } = aliceAndNative("portRestricted");
  expectReach(world, native, alice);
  relay.returnToLife();
  expectReach(world, native, alice);
});

Deno.test("without a relay a native host is unreachable, and the sender gets an error", () => {
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

Deno.test("R-06: a native host that pings a client which is gone gets an error", () => {
  const { world, native, alice } = aliceAndNative("portRestricted");
  alice.host.hasPower = false;
  const ping = native.ping(alice, { count: 2 });
  world.pass(20);
  assertEquals(ping.errors, 2);
});

Deno.test("R-14: while one site floods a relay with packets to nobody, another reaches a client", () => {
  const { world, relay, native, alice } = aliceAndNative("portRestricted");
  const random = seededRandom("flood");
  const destination = alice.address!.slice();
  for (let i = 0; i < 80_000; i++) {
    world.clock.after(i / 8, () => {
      // Any flags, port and address, through any server in 11.0.0.0/8.
      random(destination.subarray(5));
      destination[4] = 11;
      const source = ip6(`2001:db8:bad:${(i & 0xfff).toString(16)}::1`);
      relay.receivePacket(echo(source, destination, 1232));
    });
  }
  world.pass(8);
  expectReach(world, native, alice);
  assert(relay.runner.drops.get("rate_limited")! > 10_000, "the flood was one");
});
