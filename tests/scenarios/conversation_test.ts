/**
 * Two clients that talk: how it begins, and what travels where.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { expectDirect, expectReach } from "./expectations.ts";
import { twoClients } from "./two_clients.ts";

Deno.test("a client qualifies with one solicitation to each address of its server", () => {
  const { world, alice } = twoClients("portRestricted", "portRestricted");
  assertEquals(alice.eventsOf("qualified").length, 1);
  assertEquals(world.log.find({ from: "alice", to: "server", kind: "RS" }).length, 2);
  assertEquals(world.log.find({ from: "server", to: "alice", kind: "RA" }).length, 2);
});

Deno.test("C-14: only solicitations are sent before there is an address", () => {
  const { world, server, alice, bob } = twoClients("public", "public");
  const { address } = alice;
  server.die();
  alice.restart();
  // An application that still uses the address of before.
  alice.stack.address = address;
  const since = world.clock.now;
  const ping = alice.ping(bob, { count: 10 });
  world.pass(11);
  assertEquals(ping.errors, 10);
  assert(world.log.find({ from: "alice", since }).every(({ kind }) => kind === "RS"));
});

Deno.test("C-35: the first bubbles open both NATs, and everything else is data", () => {
  const { world, alice, bob } = twoClients("portRestricted", "portRestricted");
  const since = world.clock.now;
  expectReach(world, alice, bob);
  const words = (from: string, kind: "bubble" | "echo request" | "echo reply") =>
    world.log.find({ from, kind, since }).length;
  // A direct bubble that bob's NAT refuses, and an indirect one. Bob answers with both as well,
  // lest one NAT is symmetric (RFC 6081 §5.2), and alice answers that with a direct one.
  assertEquals([words("alice", "bubble"), words("server", "bubble"), words("bob", "bubble")], [
    3,
    2,
    2,
  ]);
  assertEquals([words("alice", "echo request"), words("bob", "echo reply")], [10, 10]);
  expectDirect(world, alice, bob);
});

Deno.test("C-27: packets that waited for the peer go out in order, and none is lost", () => {
  const { world, alice, bob } = twoClients("portRestricted", "portRestricted", {
    link: { delay: 100 },
  });
  const ping = alice.ping(bob, { count: 40, interval: 10 });
  world.pass(5);
  assertEquals(ping.answeredSequence, Array.from({ length: 40 }, (_, sequence) => sequence));
  assert(ping.firstReplyAfter <= 1000);
});

Deno.test("both can begin at the same time", () => {
  const { world, alice, bob } = twoClients("portRestricted", "portRestricted");
  const pings = [alice.ping(bob, { count: 10 }), bob.ping(alice, { count: 10 })];
  world.pass(15);
  assertEquals(pings.map(({ lost }) => lost), [0, 0]);
});

Deno.test("the conversation goes on after half an hour of silence", () => {
  const { world, alice, bob } = twoClients("portRestricted", "portRestricted");
  expectReach(world, alice, bob);
  world.pass(1800);
  expectReach(world, bob, alice);
});

Deno.test("C-40: the first burst of a flow to a peer that was idle for 50 s arrives whole", () => {
  const { world, alice, bob } = twoClients("portRestricted", "portRestricted");
  expectReach(world, alice, bob);
  world.pass(50);
  const burst = alice.ping(bob, { count: 60, interval: 0, size: 1232 });
  world.pass(5);
  assertEquals([burst.sent, burst.lost], [60, 0]);
});

Deno.test("data that is never answered keeps going directly, without further searches", () => {
  const { world, alice, bob } = twoClients("portRestricted", "portRestricted");
  bob.stack.answersEcho = false;
  alice.ping(bob, { count: 600 });
  world.pass(700);
  const requests = world.log.find({ from: "alice", kind: "echo request" });
  assertEquals(requests.filter((request) => request.reached("bob")).length, 600);
  assertEquals(world.log.find({ from: "alice", to: "server", kind: "bubble" }).length, 1);
});

Deno.test("C-41: a packet for a client that has left ends in an error for its sender", () => {
  const { world, alice, bob } = twoClients("portRestricted", "portRestricted");
  bob.host.hasPower = false;
  const ping = alice.ping(bob, { count: 3 });
  world.pass(20);
  assertEquals(ping.errors, 3);
  assertEquals(alice.eventsOf("peer_unreachable").length, 1);
});

Deno.test("C-38: a silent peer gets no more than four bubbles in 300 s, two seconds apart", () => {
  const { world, alice, bob } = twoClients("portRestricted", "portRestricted");
  bob.host.hasPower = false;
  const since = world.clock.now;
  alice.ping(bob, { count: 2 * 300, interval: 500 });
  world.pass(299);
  const bubbles = world.log.find({ from: "alice", kind: "bubble", since });
  const viaServer = bubbles.filter((bubble) => bubble.reached("server"));
  assertEquals([bubbles.length, viaServer.length], [8, 4]);
  const times = viaServer.map(({ sentAt }) => sentAt);
  assert(times.slice(1).every((time, i) => time - times[i]! >= 2000), `${times}`);
});

Deno.test("a restarted client is reached at its old address", () => {
  const { world, alice, bob } = twoClients("portRestricted", "portRestricted");
  expectReach(world, alice, bob);
  bob.restart();
  world.settle();
  expectReach(world, alice, bob);
});

Deno.test("packets of every size that the link carries get through", () => {
  const { world, alice, bob } = twoClients("portRestricted", "cone");
  const pings = [0, 1, 1231, 1232].map((size) => alice.ping(bob, { size }));
  const tooBig = alice.ping(bob, { size: 1233 });
  world.pass(5);
  assertEquals(pings.map(({ lost }) => lost), [0, 0, 0, 0]);
  assertEquals([tooBig.lost, tooBig.errors], [1, 1]);
});
