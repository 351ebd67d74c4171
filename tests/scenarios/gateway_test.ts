/**
 * Clients reach native hosts, and one another, through a gateway. No route to 2001::/32 leads
 * anywhere.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { addressOf } from "../../wire/endpoint.ts";
import type { NatBox } from "../sim/nat_box.ts";
import { TEREDO_PREFIX } from "../../wire/teredo_address.ts";
import { ip6 } from "../vectors/vectors.ts";
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
function twoBehind(
  one: NatKind,
  other: NatKind,
  options: GatewayOptions = {},
  usesFastPath = true,
) {
  const world = new World();
  const gateway = world.gateway("gateway", options);
  const [natA, natB] = [world.nat("natA", NAT[one]), world.nat("natB", NAT[other])];
  const alice = world.client("alice", { server: gateway, behind: natA, usesFastPath });
  const bob = world.client("bob", { server: gateway, behind: natB, usesFastPath });
  world.settle();
  return { world, gateway, alice, bob, natA, natB };
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

/** Nothing gets from one NAT to the other by itself. */
function separate({ world }: { world: World }, one: NatBox, other: NatBox): void {
  const apart = [one.nat.external, other.nat.external];
  world.internet.firewall = ({ source, destination }) =>
    apart.includes(addressOf(source)) && apart.includes(addressOf(destination));
}

/** Pairs that can meet directly, and so may leave the gateway. */
const MAY_MEET: readonly (readonly [NatKind, NatKind])[] = [
  ["cone", "portRestricted"],
  ["portRestricted", "portRestricted"],
  ["symmetric", "addressRestricted"],
  ["addressRestricted", "symmetric"],
  ["symmetricSequential", "cone"],
];

for (const [one, other] of MAY_MEET) {
  for (const opensAt of [5, 60, 113, 200]) {
    Deno.test(`clients behind ${one} and ${other} NATs leave the gateway within 30 s when after ${opensAt} s they can, and lose nothing`, () => {
      const stage = twoBehind(one, other);
      const { world, alice, bob } = stage;
      separate(stage, stage.natA, stage.natB);
      const ping = alice.ping(bob, { count: 300 });
      world.pass(opensAt);
      assertEquals(alice.status.peers[0]!.path, "gateway");
      world.internet.firewall = undefined;
      world.pass(30);
      const isSymmetric = [one, other].some((kind) => kind.startsWith("symmetric"));
      assertEquals(alice.status.peers[0]!.path, isSymmetric ? "nonce" : "direct");
      world.pass(300 - opensAt);
      assertEquals([ping.sent, ping.lost, ping.errors], [300, 0, 0]);
    });
  }
}

for (const make of ["windows", "strict"] as const) {
  for (const opensAt of [5, 113, 200]) {
    Deno.test(`a ${make} peer without nonces is reached without the gateway within 30 s when after ${opensAt} s it can be`, () => {
      const world = new World();
      const server = world.gateway();
      const [natA, natB] = ["natA", "natB"].map((name) => world.nat(name, NAT.portRestricted));
      const alice = world.client("alice", { server, behind: natA });
      const bob = world[make]("bob", { server, behind: natB });
      world.pass(3);
      separate({ world }, natA!, natB!);
      const ping = alice.ping(bob, { count: 300 });
      world.pass(opensAt);
      assertEquals(alice.status.peers[0]!.path, "gateway");
      world.internet.firewall = undefined;
      world.pass(30);
      assertEquals(alice.status.peers[0]!.path, "direct");
      world.pass(300 - opensAt);
      assertEquals([ping.lost, ping.errors], [0, 0]);
    });
  }
}

Deno.test("a gateway that starts anew serves its clients again within seconds", () => {
  const { world, gateway, alice, bob } = twoBehind("symmetric", "symmetric");
  const native = world.nativeHost("native");
  expectReach(world, alice, native);
  const pings = [alice.ping(native, { count: 40 }), alice.ping(bob, { count: 40 })];
  world.pass(15);
  gateway.returnToLife();
  world.pass(30);
  for (const { answeredSequence } of pings) {
    const silence = answeredSequence.filter((sequence) => sequence >= 15).at(0)! - 15;
    assert(silence <= 8, `${silence} pings were lost`);
    assertEquals(answeredSequence.at(-1), 39);
  }
});

Deno.test("without native IPv6 clients meet through the gateway's 6to4 address", () => {
  const address = ip6("2002:c000:201::1");
  const { world, gateway, alice, bob } = twoBehind("symmetric", "portRestricted", { address });
  assertEquals(address.slice(2, 6).toHex(), gateway.addresses.primary.toString(16));
  const ping = alice.ping(bob, { count: 20 });
  world.pass(25);
  assertEquals([ping.lost, alice.status.peers[0]!.path], [0, "gateway"]);
});

Deno.test("a port scan from the native Internet reaches no client", () => {
  const { world, gateway, alice, bob } = twoBehind("cone", "cone");
  const native = world.nativeHost("native");
  expectReach(world, alice, native);
  world.native.advertise(TEREDO_PREFIX, gateway);
  const scans = [native.ping(alice, { count: 5 }), native.ping(bob, { count: 5 })];
  world.pass(20);
  for (const scan of scans) assert(!scan.isAnswered);
  assertEquals(gateway.refused, 10);
});

for (const delay of [0.01, 0.1, 1, 10, 80, 200]) {
  Deno.test(`clients behind symmetric NATs meet by the second attempt, ${delay} ms from the Internet`, () => {
    for (let seed = 1; seed <= 10; seed++) {
      const world = new World(seed);
      const server = world.gateway();
      const link = { delay, jitter: delay / 2 };
      const [natA, natB] = ["natA", "natB"].map((name) => world.nat(name, NAT.symmetric, { link }));
      const alice = world.client("alice", { server, behind: natA });
      const bob = world.client("bob", { server, behind: natB });
      world.settle();
      const ping = alice.ping(bob);
      world.pass(10);
      // The second attempt comes after 2 s; it takes fourteen ways between a client and the Internet.
      const limit = 2_200 + 14 * 1.5 * delay;
      assert(ping.firstReplyAfter < limit, `seed ${seed}: ${ping.firstReplyAfter} ms`);
    }
  });
}

Deno.test("where 2001::/32 is routed to a gateway, native hosts may begin if its rules say so", () => {
  const rules = { unsolicited: true };
  const { world, gateway, alice, bob } = twoBehind("symmetric", "portRestricted", { rules });
  const native = world.nativeHost("native");
  world.native.advertise(TEREDO_PREFIX, gateway);
  for (const client of [alice, bob]) {
    expectReach(world, native, client);
    expectReach(world, client, world.nativeHost(`another for ${client.name}`));
  }
});

for (const [one, other] of [["symmetric", "symmetric"], ["portRestricted", "symmetric"]] as const) {
  Deno.test(`clients behind ${one} and ${other} NATs meet without the fast path as with it`, () => {
    const outcomes = [true, false].map((usesFastPath) => {
      const { world, alice, bob } = twoBehind(one, other, {}, usesFastPath);
      const ping = alice.ping(bob, { count: 100 });
      world.pass(110);
      const { path, octetsSent, octetsReceived } = alice.status.peers[0]!;
      return { replies: ping.replies, path, octetsSent, octetsReceived };
    });
    assertEquals(outcomes[0], outcomes[1]);
  });
}
