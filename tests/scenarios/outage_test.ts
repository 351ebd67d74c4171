/**
 * Servers that die, NATs that forget.
 *
 * @module
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { serverOf } from "../../wire/teredo_address.ts";
import { NAT } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";
import { expectReach, expectSameAddress } from "./expectations.ts";
import { twoClients } from "./two_clients.ts";

Deno.test("a client keeps its address if its NAT keeps mappings for 31 seconds", () => {
  const behaviour = { ...NAT.portRestricted, lifetime: 31_000 };
  const { world, alice, bob } = twoClients(behaviour, "portRestricted");
  expectSameAddress(world, alice, 3600);
  expectReach(world, bob, alice);
});

Deno.test("C-16, C-17, C-18: refreshes are at most 30 seconds apart, and no more frequent than needed", () => {
  const { world } = twoClients("portRestricted", "public");
  world.pass(3600);
  const times = world.log.find({ from: "alice", kind: "RS" }).map(({ sentAt }) => sentAt);
  const gaps = times.slice(1).map((time, i) => time - times[i]!).slice(1);
  assert(gaps.length > 100);
  assert(gaps.every((gap) => gap >= 22_000 && gap <= 31_000), `${gaps}`);
});

Deno.test("a NAT that forgets after 20 seconds keeps giving its client new addresses", () => {
  const behaviour = { ...NAT.portRestricted, ports: "sequential", lifetime: 20_000 } as const;
  const { world, alice } = twoClients(behaviour, "public");
  world.pass(120);
  assert(alice.eventsOf("qualified").length >= 4);
  assertEquals(alice.eventsOf("offline"), []);
});

Deno.test("C-20: after a reboot of its NAT a client has a new address within 35 s, and goes on talking", () => {
  const behaviour = { ...NAT.portRestricted, ports: "random" } as const;
  const { world, alice, bob, natA } = twoClients(behaviour, "portRestricted");
  expectReach(world, alice, bob);
  const before = alice.address;
  natA!.nat.reboot();
  const ping = alice.ping(bob, { count: 60 });
  world.pass(35);
  assertNotEquals(alice.address, before);
  assertEquals(alice.eventsOf("qualified").at(-1)?.previous, before);
  world.pass(40);
  // Once there is a new address nothing is lost any more.
  const { answeredSequence } = ping;
  assertEquals(answeredSequence.slice(-20), Array.from({ length: 20 }, (_, i) => i + 40));
  expectReach(world, bob, alice);
});

Deno.test("a NAT that gives the same mapping after its reboot goes unnoticed", () => {
  const { world, alice, bob, natA } = twoClients("portRestricted", "portRestricted");
  expectReach(world, alice, bob);
  natA!.nat.reboot();
  expectSameAddress(world, alice, 60);
  expectReach(world, bob, alice);
});

Deno.test("clients that have met go on talking while their server is dead", () => {
  const { world, server, alice, bob } = twoClients("portRestricted", "portRestricted");
  expectReach(world, alice, bob);
  server.die();
  const ping = alice.ping(bob, { count: 20, interval: 1000 });
  world.pass(21);
  assertEquals(ping.lost, 0);
});

Deno.test("C-21: a client whose server dies reports it within a minute, and gives up its address", () => {
  const { world, server, alice } = twoClients("portRestricted", "public");
  server.die();
  world.pass(60);
  assertEquals(alice.eventsOf("server_silent").length, 1);
  const [offline] = alice.eventsOf("offline");
  assertEquals(offline?.reason, "server_lost");
  assertEquals(alice.address, undefined);
});

Deno.test("C-13: a client whose server is back gets its old address again, and is reached", () => {
  const { world, server, alice, bob } = twoClients("portRestricted", "portRestricted");
  const before = [alice.address, bob.address];
  server.die();
  world.pass(60);
  server.returnToLife();
  world.pass(60);
  assertEquals([alice.address, bob.address], before);
  expectReach(world, alice, bob);
});

Deno.test("S-29: a server restart between solicitation and bubble changes nothing", () => {
  const { world, server, alice, bob } = twoClients("portRestricted", "portRestricted");
  server.die();
  server.returnToLife();
  expectReach(world, alice, bob);
});

Deno.test("a server outage of seconds causes nothing but a report of its silence", () => {
  const { world, server, alice } = twoClients("portRestricted", "public");
  server.die();
  world.pass(33);
  server.returnToLife();
  world.pass(30);
  assertEquals(alice.eventsOf("offline"), []);
  assertEquals(alice.eventsOf("qualified").length, 1);
  assertEquals(alice.eventsOf("server_back").length, alice.eventsOf("server_silent").length);
});

Deno.test("a client without any server asks less and less often", () => {
  const { world, server, alice } = twoClients("public", "public");
  server.die();
  world.pass(3600);
  const lately = world.log.find({ from: "alice", kind: "RS", since: 1_800_000 }).length;
  assert(lately > 0 && lately <= 30, `${lately} solicitations in half an hour`);
  assertEquals(alice.eventsOf("offline").at(-1)?.reason, "no_reply_from_primary");
});

Deno.test("a client with a second server moves to it, and back once the first one returns", () => {
  const world = new World();
  const preferred = world.server("preferred");
  const spare = world.server("spare");
  const servers = [preferred.addresses, spare.addresses];
  const alice = world.client("alice", { server: preferred, config: { servers } });
  world.settle();
  preferred.die();
  world.pass(90);
  assertEquals(serverOf(alice.address!), spare.addresses.primary);
  preferred.returnToLife();
  world.pass(900);
  assertEquals(serverOf(alice.address!), preferred.addresses.primary);
  assertEquals(alice.eventsOf("qualified").length, 3);
});
