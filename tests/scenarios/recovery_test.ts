/**
 * Ways out of a dead end: what failing seeds of `deno task worlds` came down to.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { endpoint } from "../../wire/endpoint.ts";
import { mappingOf } from "../../wire/teredo_address.ts";
import { withTrailers } from "../../wire/trailers.ts";
import { NAT } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";
import { expectReach } from "./expectations.ts";
import { twoClients } from "./two_clients.ts";

Deno.test("R-06: a relay that had four bubbles in vain finds the client within 35 s of its return", () => {
  const world = new World();
  const server = world.server();
  world.relay();
  const native = world.nativeHost("native");
  const alice = world.client("alice", { server, behind: world.nat("natA", NAT.portRestricted) });
  world.settle();
  expectReach(world, native, alice);
  alice.sleep();
  const ping = native.ping(alice, { count: 160 });
  world.pass(60);
  alice.wakeUp(60_000);
  world.pass(101);
  const [first] = ping.replies;
  assert(first !== undefined && first.sequence > 60 && first.sequence <= 95, `${first?.sequence}`);
});

Deno.test("a gateway whose only answer was lost is asked again, though all bubbles are used up", () => {
  const world = new World();
  const server = world.gateway();
  const [alice, bob] = ["alice", "bob"].map((name) =>
    world.client(name, { server, behind: world.nat(`NAT of ${name}`, NAT.symmetric) })
  );
  world.settle();
  world.internet.firewall = ({ journey }) => journey.kind === "echo request";
  const ping = alice!.ping(bob!, { count: 100 });
  world.pass(20);
  assertEquals(ping.replies, []);
  world.internet.firewall = undefined;
  world.pass(40);
  assertEquals(alice!.status.peers[0]!.path, "gateway");
  assert(ping.replies.length > 0);
});

Deno.test("C-38: clients that look for each other at different times meet, although one has no bubbles left", () => {
  const { world, alice, bob } = twoClients("symmetric", "public");
  expectReach(world, alice, bob);
  bob.sleep();
  alice.ping(bob, { count: 40 });
  world.pass(40);
  bob.wakeUp(0);
  const ping = bob.ping(alice, { count: 5 });
  world.pass(8);
  assertEquals(ping.lost, 0);
});

Deno.test("X-11: clients behind port-preserving symmetric NATs meet again, although both know a random port that is gone", () => {
  const { world, alice, bob } = twoClients("symmetricPreserving", "symmetricPreserving");
  expectReach(world, alice, bob);
  bob.sleep();
  alice.ping(bob, { count: 40 });
  world.pass(90);
  bob.wakeUp(90_000);
  // The first bubble that §5.2.6 allows again is the only one for a while.
  world.pass(210);
  const ping = alice.ping(bob, { count: 120 });
  world.pass(121);
  assert(ping.lost <= 40, `${ping.lost} are lost`);
});

Deno.test("C-38: clients that used up their bubbles at different times keep one each to answer the other", () => {
  const { world, alice, bob, natA } = twoClients("portRestricted", "symmetricPreserving");
  expectReach(world, alice, bob);
  const ping = alice.ping(bob, { count: 500 });
  bob.ping(alice, { count: 500 });
  const { link } = natA!;
  link.quality = { ...link.quality, loss: 1 };
  world.pass(54);
  link.quality = { ...link.quality, loss: 0 };
  world.pass(450);
  assertEquals(ping.answeredSequence.at(-1), 499);
});

Deno.test("C-38: a client that has lost its peers is answered by one that still trusts it (1/794)", () => {
  const world = new World();
  const [server, spare] = [world.server(), world.server("spare")];
  const natA = world.nat("natA", { ...NAT.symmetric, lifetime: 300_000 });
  const alice = world.client("alice", { server: spare, behind: natA });
  const bob = world.client("bob", { server });
  world.settle();
  alice.ping(bob, { count: 20 });
  world.pass(40);
  const { address } = alice;
  spare.die();
  world.pass(60);
  assertEquals(alice.address, undefined);
  spare.returnToLife();
  world.pass(60);
  // Bob's server does not forward Alice's indirect bubble: to it, she is at another port.
  assertEquals(alice.address, address);
  const since = world.clock.now;
  const ping = alice.ping(bob, { count: 1 });
  world.pass(60);
  assertEquals(ping.answeredSequence, [0]);
  assertEquals(world.log.find({ from: "bob", kind: "bubble", since }).length, 1);
});

Deno.test("C-38: a bubble on a way of more than two seconds is answered, and the answer is not", () => {
  const { world, alice, bob } = twoClients("public", "public", { link: { delay: 700 } });
  alice.ping(bob, { count: 2 });
  world.pass(40);
  const since = world.clock.now;
  alice.ping(bob, { count: 1 });
  world.pass(40);
  const bubbles = world.log.find({ kind: "bubble", since });
  assert(
    bubbles.length > 1 && bubbles.every(({ sentAt }) => sentAt < since + 10_000),
    `${bubbles}`,
  );
});

for (const kind of ["cone", "addressRestricted", "portRestricted"] as const) {
  for (const times of [4, 400]) {
    Deno.test(`C-38: ${times} bubbles forged in the name of a peer leave a client behind a ${kind} NAT its search for that peer`, () => {
      const { world, server, alice, bob } = twoClients(kind, "portRestricted");
      const bubble = encodeBubble(bob.address!, alice.address!);
      const from = endpoint(server.addresses.primary, TEREDO_PORT);
      for (let i = 0; i < times; i++) {
        const forged = withTrailers(bubble, times > 4 ? { nonce: 1 + i } : {});
        server.host.send(from, mappingOf(alice.address!), forged);
        world.pass(times > 4 ? 0.05 : 2.1);
      }
      const ping = alice.ping(bob, { count: 10 });
      world.pass(12);
      assertEquals(ping.lost, 0);
    });
  }
}
