/**
 * Clients behind one NAT, and clients behind several.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { ClientNode } from "../sim/client_node.ts";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";
import { expectDirect, expectReach } from "./expectations.ts";

/** Alice and bob behind one NAT, who may tell their private addresses. */
function neighbours(hairpinning: boolean, tells = false, kind: NatKind = "portRestricted") {
  const world = new World();
  const server = world.server();
  const nat = world.nat("nat", { ...NAT[kind], hairpinning });
  const [alice, bob] = ["alice", "bob"].map((name): ClientNode => {
    const config = tells ? { localEndpoint: () => node.service } : {};
    const node: ClientNode = world.client(name, { server, behind: nat, config });
    return node;
  }) as [ClientNode, ClientNode];
  world.settle();
  return { world, alice, bob };
}

Deno.test("neighbours behind a NAT that hairpins reach each other", () => {
  const { world, alice, bob } = neighbours(true);
  expectReach(world, alice, bob);
  expectDirect(world, alice, bob);
});

Deno.test("neighbours behind a NAT without hairpinning fail cleanly", () => {
  const { world, alice, bob } = neighbours(false);
  const ping = alice.ping(bob, { count: 3 });
  world.pass(30);
  assert(!ping.isAnswered);
  assertEquals(ping.errors, 3);
});

for (const kind of ["portRestricted", "cone", "symmetric"] as const) {
  Deno.test(`X-16, X-17: neighbours behind a ${kind} NAT without hairpinning meet inside it`, () => {
    const { world, alice, bob } = neighbours(false, true, kind);
    expectReach(world, alice, bob);
    assertEquals(alice.status.peers[0]?.path, "local");
    assertEquals(alice.status.peers[0]?.mapping, bob.service);
    world.pass(300);
    expectReach(world, bob, alice);
  });
}

Deno.test("two clients with the same service port behind one NAT both qualify and meet", () => {
  const world = new World();
  const server = world.server();
  const behind = world.nat("nat", NAT.portRestricted);
  const alice = world.client("alice", { server, behind, port: 3545 });
  const bob = world.client("bob", { server, behind, port: 3545 });
  world.settle();
  expectReach(world, alice, bob);
});

Deno.test("a client behind two NATs in a row reaches one behind two others", () => {
  const world = new World();
  const server = world.server();
  const [alice, bob] = ["alice", "bob"].map((name) => {
    const carrier = world.nat(`carrier of ${name}`, NAT.portRestricted);
    const home = world.nat(`home of ${name}`, NAT.addressRestricted, { behind: carrier });
    return world.client(name, { server, behind: home });
  });
  world.settle();
  expectReach(world, alice!, bob!);
  expectDirect(world, alice!, bob!);
});

Deno.test("a client behind a symmetric NAT behind a cone NAT is behind a symmetric NAT", () => {
  const world = new World();
  const server = world.server();
  const carrier = world.nat("carrier", NAT.cone);
  const home = world.nat("home", NAT.symmetric, { behind: carrier });
  const alice = world.client("alice", { server, behind: home });
  world.settle();
  assertEquals(alice.status.nat, "symmetric");
});

Deno.test("clients of different servers reach each other", () => {
  const world = new World();
  const alice = world.client("alice", {
    server: world.server("server one"),
    behind: world.nat("natA", NAT.portRestricted),
  });
  const bob = world.client("bob", {
    server: world.server("server two"),
    behind: world.nat("natB", NAT.portRestricted),
  });
  world.settle();
  expectReach(world, alice, bob);
  expectDirect(world, alice, bob);
});
