/**
 * What qualification costs with all extensions at hand: nothing more than RFC 4380 §5.2.1 asks for.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";

/**
 * From a host to the server's network and back; the NAT's inside takes another millisecond each
 * way.
 */
const ROUND_TRIP = { public: 40, nat: 42 };

for (const kind of ["public", ...Object.keys(NAT) as NatKind[]] as const) {
  Deno.test(`X-05: with all extensions a client ${kind === "public" ? "on the Internet" : `behind a ${kind} NAT`} qualifies in two round trips, with two packets`, () => {
    const world = new World();
    const server = world.server();
    const behind = kind === "public" ? undefined : world.nat("nat", NAT[kind]);
    const alice = world.client("alice", { server, behind });
    world.settle();
    assertEquals(world.log.find({ from: "alice" }).map((packet) => packet.kind), ["RS", "RS"]);
    const [first] = world.log.find({ from: "alice" });
    const took = world.clock.now - first!.sentAt;
    assertEquals(took, 2 * (kind === "public" ? ROUND_TRIP.public : ROUND_TRIP.nat));
    assertEquals(alice.eventsOf("qualified").length, 1);
  });
}
