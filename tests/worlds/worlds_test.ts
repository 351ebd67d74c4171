/**
 * The short form of `deno task worlds`.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { runWorlds, Tally } from "./campaign.ts";
import { drawWorld } from "./draw_world.ts";
import { runWorld } from "./run_world.ts";

Deno.test("200 worlds full of faults: nothing throws, leaks, storms or comes twice, and all recover", () => {
  const tally = new Tally();
  for (const verdict of runWorlds({ seed: 1, from: 0, count: 200 })) tally.add(verdict);
  assertEquals(tally.failed.map(({ seed, complaints }) => [seed, complaints]), []);
  const { qualified, direct, relay, gateway } = tally.recoveries;
  for (const recoveries of [qualified, direct, relay, gateway]) assert(recoveries!.count > 0);
});

/**
 * Worlds of seed 1 in which a client and others kept each other busy: tests that answers to forgotten
 * tests induced, and answers of two clients, reached through a gateway, to each other's answers.
 */
const BUSY = [325, 653, 689, 1898];

Deno.test("worlds in which packets once had no end pass", () => {
  for (const from of BUSY) {
    for (const { complaints } of runWorlds({ seed: 1, from, count: 1 })) {
      assertEquals(complaints, []);
    }
  }
});

/** A world of seed 1 in which asking a peer for proofs that it could not give used up the search for it. */
const UNPROVED = 7485;

Deno.test("a world in which a peer once got no bubbles for five minutes passes", () => {
  for (const { complaints } of runWorlds({ seed: 1, from: UNPROVED, count: 1 })) {
    assertEquals(complaints, []);
  }
});

Deno.test("a seed decides what happens in a world", () => {
  const [once, again, other] = ["7/1", "7/1", "7/2"].map((seed) => runWorld(drawWorld(seed)));
  assertEquals(once, again);
  assert(once!.datagrams !== other!.datagrams);
});
