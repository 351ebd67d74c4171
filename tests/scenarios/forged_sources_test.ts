/**
 * Packets with forged IPv4 sources, which seem to come from where a peer's address says though the
 * peer is elsewhere: behind a symmetric NAT.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { encodeBubble } from "../../wire/bubble.ts";
import { mappingOf } from "../../wire/teredo_address.ts";
import type { NatKind } from "../sim/nat_behaviour.ts";
import { type TwoClients, twoClients } from "./two_clients.ts";

/** Forges bubbles from bob to alice for two minutes. */
function forge({ world, server, alice, bob }: TwoClients, interval: number): void {
  const bubble = encodeBubble(bob.address!, alice.address!);
  for (let time = 0; time < 120_000; time += interval) {
    world.clock.after(time, () => {
      server.host.send(mappingOf(bob.address!), mappingOf(alice.address!), bubble);
    });
  }
}

const PAIRS: readonly [NatKind | "public", NatKind][] = [
  ["public", "symmetric"],
  ["cone", "symmetric"],
  ["addressRestricted", "symmetric"],
  ["cone", "symmetricSequential"],
  ["cone", "addressSymmetric"],
];

for (const [ofAlice, ofBob] of PAIRS) {
  for (const interval of [500, 2_200, 25_000]) {
    Deno.test(`C-26: forged bubbles every ${interval} ms take nothing from alice (${ofAlice}) and bob (${ofBob}), who have met`, () => {
      const stage = twoClients(ofAlice, ofBob);
      const { world, alice, bob } = stage;
      alice.ping(bob);
      world.pass(10);
      forge(stage, interval);
      const there = alice.ping(bob, { count: 600, interval: 100 });
      const back = bob.ping(alice, { count: 600, interval: 100 });
      world.pass(62);
      assertEquals([there.lost, back.lost], [0, 0]);
    });
  }

  Deno.test(`C-26: alice (${ofAlice}) meets bob (${ofBob}) in spite of a forged bubble every 25 s`, () => {
    const stage = twoClients(ofAlice, ofBob);
    const { world, alice, bob } = stage;
    forge(stage, 25_000);
    world.pass(1);
    const ping = alice.ping(bob, { count: 118 });
    world.pass(125);
    assert(ping.lost <= 3, `${ping.lost} of ${ping.sent} lost`);
  });
}

Deno.test("C-26: a random port is found in spite of forged bubbles", () => {
  const stage = twoClients("portRestricted", "symmetricPreserving");
  const { world, alice, bob, natA } = stage;
  // What is forged passes alice's NAT once it is open for bob's mapping.
  alice.ping(bob);
  world.pass(0.03);
  assert(natA !== undefined);
  forge(stage, 2_200);
  world.pass(60);
  const ping = alice.ping(bob, { count: 50 });
  world.pass(55);
  assert(ping.lost <= 3, `${ping.lost} of ${ping.sent} lost`);
});
