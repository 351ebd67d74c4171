/** Server Load Reduction, RFC 6081 §5.7, through NATs. */
import { assert, assertEquals } from "@std/assert";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { expectReach } from "./expectations.ts";
import { type TwoClients, twoClients } from "./two_clients.ts";

const config = { serverLoadReduction: true };

/** How many bubbles the server passed on since `since`. */
function passedOn({ world }: TwoClients, since: number): number {
  return world.log.find({ from: "server", kind: "bubble", since }).length;
}

for (
  const [one, other] of [
    ["portRestricted", "portRestricted"],
    ["cone", "symmetric"],
    ["symmetric", "addressRestricted"],
  ] as const satisfies [NatKind, NatKind][]
) {
  Deno.test(`X-19, X-21: after a minute ${one} and ${other} meet again without the server`, () => {
    const stage = twoClients(one, other, { config });
    const { world, alice, bob } = stage;
    expectReach(world, alice, bob);
    world.pass(60);
    const since = world.clock.now;
    expectReach(world, alice, bob);
    assertEquals(passedOn(stage, since), 0);
  });
}

Deno.test("X-20: if the NATs have forgotten each other, the server helps after four seconds", () => {
  const stage = twoClients("portRestricted", "portRestricted", { config });
  const { world, alice, bob } = stage;
  expectReach(world, alice, bob);
  world.pass(2 * NAT.portRestricted.lifetime / 1000);
  const since = world.clock.now;
  const ping = alice.ping(bob, { count: 10, interval: 50 });
  world.pass(10);
  assertEquals(ping.lost, 0);
  assert(ping.firstReplyAfter > 4_000 && ping.firstReplyAfter < 5_000, `${ping.firstReplyAfter}`);
  assert(passedOn(stage, since) > 0);
});
