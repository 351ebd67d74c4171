/**
 * Links that lose, repeat and reorder.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { expectReach } from "./expectations.ts";
import { twoClients } from "./two_clients.ts";

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

/** How many of a hundred pairs meet, whose links are like that. */
function pairsThatMeet(share: number): number {
  return SEEDS.filter((seed) => {
    const { world, alice, bob, natA } = twoClients("portRestricted", "portRestricted", { seed });
    const { link } = natA!;
    link.quality = { ...link.quality, loss: share, victims: ["bubble"] };
    const ping = alice.ping(bob, { count: 10, interval: 100 });
    world.pass(15);
    return ping.lost === 0;
  }).length;
}

Deno.test("when a fifth of the bubbles are lost, nearly all pairs meet, and no data is lost", () => {
  const met = pairsThatMeet(0.2);
  assert(met >= 95, `${met} of 100`);
});

Deno.test("when all bubbles are lost, nobody meets", () => {
  assertEquals(pairsThatMeet(1), 0);
});

Deno.test("clients qualify although a third of the packets are lost", () => {
  for (const seed of SEEDS) {
    const link = { loss: 0.33 };
    const { world, alice, bob } = twoClients("portRestricted", "cone", { seed, link });
    world.pass(600);
    for (const client of [alice, bob]) {
      assert(client.eventsOf("qualified").length > 0, `${client.name} has never had an address`);
    }
  }
});

Deno.test("duplicates do no harm", () => {
  const { world, alice, bob } = twoClients("portRestricted", "portRestricted", {
    link: { duplication: 1 },
  });
  expectReach(world, alice, bob);
  expectReach(world, bob, alice);
  assertEquals(alice.eventsOf("qualified").length, 1);
  assertEquals(alice.eventsOf("peer_reached").length, 1);
});

Deno.test("packets out of order do no harm", () => {
  for (const seed of SEEDS.slice(0, 20)) {
    const { world, alice, bob } = twoClients("portRestricted", "addressRestricted", {
      seed,
      link: { reordering: 0.3, heldBack: 30, jitter: 15 },
    });
    const ping = alice.ping(bob, { count: 50, interval: 20 });
    world.pass(10);
    assertEquals(ping.lost, 0);
    assertEquals(alice.eventsOf("qualified").length, 1);
  }
});

Deno.test("a conversation over a bad link loses what the link loses, and goes on", () => {
  const { world, alice, bob } = twoClients("portRestricted", "portRestricted");
  expectReach(world, alice, bob);
  for (const { host } of [alice, bob]) host.link.quality = { ...host.link.quality, loss: 0.1 };
  const ping = alice.ping(bob, { count: 1000, interval: 500 });
  world.pass(600);
  // There and back over two links each: 0.9 to the fourth power arrive.
  const share = ping.lost / ping.sent;
  assert(share > 0.25 && share < 0.45, `${share} are lost`);
  assertEquals(alice.eventsOf("peer_unreachable"), []);
  const lastAnswer = ping.replies.at(-1)!.sequence;
  assert(lastAnswer > 980, `nothing after ${lastAnswer}`);
});

Deno.test("fast path and general path produce the same packets", () => {
  const logs = [true, false].map((usesFastPath) => {
    const { world, alice, bob } = twoClients("portRestricted", "portRestricted", {
      usesFastPath,
      link: { loss: 0.05, duplication: 0.1, reordering: 0.1 },
    });
    alice.ping(bob, { count: 100, interval: 700 });
    bob.ping(alice, { count: 10, interval: 9000 });
    world.pass(200);
    return world.log.toString();
  });
  assertEquals(logs[0], logs[1]);
});

Deno.test("the same seed produces the same log, another seed another one", () => {
  const [once, again, other] = [7, 7, 8].map((seed) => {
    const link = { loss: 0.1, duplication: 0.1, jitter: 20 };
    const { world, alice, bob } = twoClients("symmetric", "portRestricted", { seed, link });
    bob.ping(alice.address === undefined ? bob : alice, { count: 10 });
    world.pass(300);
    return world.log.toString();
  });
  assertEquals(once, again);
  assert(once !== other);
});
