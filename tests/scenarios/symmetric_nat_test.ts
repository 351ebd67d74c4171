/**
 * Clients behind symmetric NATs beyond which pairs meet (for that see connectivity_test.ts): native
 * hosts, peers of other makes, and what time does. RFC 6081 §5.2.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { ServerConfig } from "../../server/server_config.ts";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";
import { expectDirect, expectReach } from "./expectations.ts";
import { twoClients } from "./two_clients.ts";

const SYMMETRIC = [
  "symmetric",
  "symmetricPreserving",
  "symmetricSequential",
  "addressSymmetric",
] as const satisfies NatKind[];

for (const kind of SYMMETRIC) {
  Deno.test(`X-04: native hosts and a client behind a ${kind} NAT reach each other through a relay`, () => {
    const world = new World();
    const server = world.server();
    world.relay();
    const native = world.nativeHost("native");
    const alice = world.client("alice", { server, behind: world.nat("natA", NAT[kind]) });
    world.settle();
    expectReach(world, alice, native);
    world.pass(60);
    expectReach(world, native, alice);
  });
}

/** Pairs that RFC 4380 serves, in which one does not know RFC 6081. */
const PLAIN: readonly NatKind[] = ["cone", "addressRestricted", "portRestricted"];

for (const one of PLAIN) {
  for (const other of PLAIN) {
    Deno.test(`a client behind a ${one} NAT and one without nonces behind a ${other} NAT reach each other`, () => {
      const world = new World();
      const server = world.server();
      const behind = [world.nat("natA", NAT[one]), world.nat("natB", NAT[other])] as const;
      const alice = world.client("alice", { server, behind: behind[0] });
      const config = { extensions: [] };
      const bob = world.client("bob", { server, behind: behind[1], config });
      world.settle();
      expectReach(world, alice, bob);
      expectDirect(world, alice, bob);
      world.pass(60);
      expectReach(world, bob, alice);
    });
  }
}

for (const isFirst of [true, false]) {
  const [one, other] = isFirst ? ["alice", "bob"] : ["bob", "alice"];
  Deno.test(`${one}, behind ${isFirst ? "a symmetric" : "no"} NAT, fails cleanly to reach ${other}, where bob doesn't know nonces`, () => {
    const world = new World();
    const server = world.server();
    const alice = world.client("alice", { server, behind: world.nat("natA", NAT.symmetric) });
    const bob = world.client("bob", { server, config: { extensions: [] } });
    world.settle();
    const [from, to] = isFirst ? [alice, bob] : [bob, alice];
    const ping = from.ping(to, { count: 5 });
    world.pass(20);
    assert(!ping.isAnswered && ping.errors > 0);
    assertEquals(from.eventsOf("peer_unreachable").length, 1);
  });
}

Deno.test("X-04: a peer behind a symmetric NAT is reached again after silence, and after its NAT forgot everything", () => {
  const { world, alice, bob, natB } = twoClients("addressRestricted", "symmetric");
  expectReach(world, alice, bob);
  world.pass(300);
  expectReach(world, alice, bob);
  natB!.nat.reboot();
  world.pass(40);
  expectReach(world, alice, bob);
  world.pass(300);
  expectReach(world, bob, alice);
  expectDirect(world, alice, bob);
});

Deno.test("X-04: in spite of losses clients meet through a symmetric NAT", () => {
  let met = 0;
  for (let seed = 1; seed <= 50; seed++) {
    // A tenth of what goes over each of the four links.
    const link = { loss: 0.1, delay: 20 };
    const { world, alice, bob } = twoClients("addressRestricted", "symmetric", { seed, link });
    const [from, to] = seed % 2 === 0 ? [alice, bob] : [bob, alice];
    const ping = from.ping(to, { count: 40, interval: 200 });
    world.pass(20);
    if (ping.sent - ping.lost > 8) met++;
  }
  assert(met >= 45, `${met} of 50 pairs met`);
});

Deno.test("X-01: two clients that cannot meet do not keep each other busy for ever", () => {
  const { world, alice, bob } = twoClients("symmetric", "symmetric");
  const since = world.clock.now;
  alice.ping(bob, { count: 1 });
  bob.ping(alice, { count: 1 });
  world.pass(250);
  for (const from of ["alice", "bob", "server"]) {
    const { length } = world.log.find({ from, kind: "bubble", since });
    // Four attempts and four answers, direct and indirect each.
    assert(length <= 16, `${from} sent ${length} bubbles`);
  }
});

/** Alice behind a symmetric NAT, bob behind a cone NAT or another, each with its own server. */
function withServersOfTheirOwn(config?: Partial<ServerConfig>, kind: NatKind = "cone") {
  const world = new World();
  const [one, two] = [world.server("server one"), world.server("server two", { config })];
  const behind = world.nat("natA", NAT.symmetric);
  const alice = world.client("alice", { server: one, behind });
  const bob = world.client("bob", { server: two, behind: world.nat("natB", NAT[kind]) });
  world.settle();
  return { world, alice, bob };
}

Deno.test("X-04: through two servers, a client behind a symmetric NAT is reached", () => {
  const { world, alice, bob } = withServersOfTheirOwn();
  expectReach(world, bob, alice);
  expectDirect(world, alice, bob);
});

// Its bubble comes to the other server from another port than its address says, which RFC 4380
// §5.3.1 has servers refuse; the examples of RFC 6081 §6 take no notice of that. Its direct bubble
// arrives, and bob asks through her own server.
Deno.test("through two servers, a client behind a symmetric NAT can begin with one behind a cone NAT", () => {
  const { world, alice, bob } = withServersOfTheirOwn();
  expectReach(world, alice, bob);
  expectDirect(world, alice, bob);
});

Deno.test("through two servers, it can begin with one behind an address-restricted NAT within four seconds", () => {
  const { world, alice, bob } = withServersOfTheirOwn({}, "addressRestricted");
  const ping = alice.ping(bob);
  world.pass(10);
  assert(ping.firstReplyAfter < 4_500, `${ping.firstReplyAfter} ms`);
  assertEquals(alice.status.peers.map(({ path }) => path), ["nonce"]);
});

Deno.test("through two servers, it cannot begin with one behind a port-restricted NAT, and gets an error", () => {
  const { world, alice, bob } = withServersOfTheirOwn({}, "portRestricted");
  const ping = alice.ping(bob, { count: 5 });
  world.pass(20);
  assert(!ping.isAnswered && ping.errors > 0);
  assertEquals(alice.eventsOf("peer_unreachable").length, 1);
});

Deno.test("through two servers, it can begin if the other server accepts its port", () => {
  const { world, alice, bob } = withServersOfTheirOwn({ acceptPortMismatch: true });
  expectReach(world, alice, bob);
  expectDirect(world, alice, bob);
});
