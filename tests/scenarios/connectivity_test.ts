/**
 * Which clients reach each other: RFC 6081 figure 1, without its columns for UPnP.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { BUBBLE_WINDOW, MAX_BUBBLES } from "../../protocol/constants.ts";
import type { ClientNode } from "../sim/client_node.ts";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";
import { expectDirect, expectReach, expectSameAddress } from "./expectations.ts";
import { twoClients } from "./two_clients.ts";

/**
 * How a client behind the one NAT reaches a client behind the other:
 *
 * - `Y`: by RFC 4380 alone
 * - `S`: with the Symmetric NAT Support of RFC 6081 §5.2
 * - `SP`, `SQ`: with its port-preserving (§5.4) or sequential (§5.5) extension as well
 * - `-`: not at all
 */
type Cell = "Y" | "S" | "SP" | "SQ" | "-";

const COLUMNS = [
  "cone",
  "addressRestricted",
  "portRestricted",
  "symmetricPreserving",
  "symmetricSequential",
  "symmetric",
  "addressSymmetric",
] as const satisfies NatKind[];

/** The initiator's NAT has the row, the other one the column. */
const FIGURE_1: Record<NatKind, readonly Cell[]> = {
  cone: ["Y", "Y", "Y", "S", "S", "S", "S"],
  addressRestricted: ["Y", "Y", "Y", "S", "S", "S", "-"],
  portRestricted: ["Y", "Y", "Y", "SP", "SQ", "-", "-"],
  symmetricPreserving: ["S", "S", "SP", "SP", "SQ", "-", "-"],
  symmetricSequential: ["S", "S", "SQ", "-", "-", "-", "-"],
  symmetric: ["S", "S", "-", "-", "-", "-", "-"],
  addressSymmetric: ["S", "-", "-", "-", "-", "-", "-"],
};

for (const initiator of COLUMNS) {
  for (const [column, cell] of FIGURE_1[initiator].entries()) {
    const responder = COLUMNS[column]!;
    if (cell !== "-") {
      Deno.test(`X-22: a client behind a ${initiator} NAT reaches one behind a ${responder} NAT directly`, () => {
        const { world, alice, bob } = twoClients(initiator, responder);
        expectReach(world, alice, bob);
        expectDirect(world, alice, bob);
        assertEquals(testsOf(world), 0, "nobody asks for a gateway");
      });
    } else {
      Deno.test(`X-22: a client behind a ${initiator} NAT fails cleanly to reach one behind a ${responder} NAT`, () => {
        const { world, alice, bob } = twoClients(initiator, responder);
        const ping = alice.ping(bob, { count: 60 });
        world.pass(BUBBLE_WINDOW / 1000 - 1);
        assert(!ping.isAnswered);
        const bubbles = world.log.find({ from: "alice", kind: "bubble" });
        expectGivingUp(alice, ping.errors, bubbles.length);
        // All that the client says more than RFC 6081 has it say, in five minutes of trying: one test
        // with each attempt but the first, one when an attempt is put off, and one half a minute later.
        assert(testsOf(world) <= 2 * MAX_BUBBLES - 1, `${testsOf(world)} tests`);
      });
    }
  }
}

/** How often the clients asked the server for a peer, in vain unless that is a gateway. */
function testsOf(world: World): number {
  return ["alice", "bob"].flatMap((from) => world.log.find({ from, kind: "echo request" }))
    .filter((echo) => echo.arrivals.some(({ path }) => path.includes("server"))).length;
}

/**
 * Each attempt is a direct and an indirect bubble, and perhaps one from a random port; the answers of
 * the other client get a direct one, and perhaps that from a random port. The sender that waits hears
 * of the failure.
 */
function expectGivingUp(client: ClientNode, errors: number, bubbles: number): void {
  assert(bubbles >= 2 && bubbles <= 5 * MAX_BUBBLES, `${bubbles} bubbles`);
  assert(errors > 0, "nobody was told");
  assert(client.eventsOf("peer_unreachable").length > 0);
}

for (const behind of ["cone", "addressRestricted", "portRestricted"] as const) {
  Deno.test(`a client on the Internet and one behind a ${behind} NAT reach each other`, () => {
    for (const [one, other] of [["public", behind], [behind, "public"]] as const) {
      const { world, alice, bob } = twoClients(one, other);
      expectReach(world, alice, bob);
      expectDirect(world, alice, bob);
    }
  });
}

const SYMMETRIC = COLUMNS.filter((kind) => FIGURE_1[kind][0] !== "Y");

for (const kind of SYMMETRIC) {
  Deno.test(`X-05: a client behind a ${kind} NAT qualifies, reports the kind of NAT, and keeps its address`, () => {
    const { world, alice } = twoClients(kind, "cone");
    assertEquals(alice.status.nat, "symmetric");
    assertEquals(alice.eventsOf("qualified")[0]?.nat, "symmetric");
    expectSameAddress(world, alice, 600);
  });

  Deno.test(`C-06: a client behind a ${kind} NAT goes off-line and says why, if support for it is off`, () => {
    const config = { extensions: [] };
    const { world, alice } = twoClients(kind, "cone", { config });
    assertEquals(alice.address, undefined);
    assertEquals(alice.status.offline?.reason, "symmetric_nat");
    assertEquals(alice.eventsOf("offline")[0]?.reason, "symmetric_nat");
    world.pass(600);
    assertEquals(alice.eventsOf("qualified"), []);
    const solicitations = world.log.find({ from: "alice", kind: "RS" }).length;
    assert(solicitations > 2 && solicitations < 30, `${solicitations} solicitations in 10 minutes`);
  });
}

Deno.test("C-48: a client behind a symmetric NAT with a reserved port qualifies, and is reached", () => {
  const world = new World();
  const server = world.server();
  const behind = world.nat("natA", NAT.symmetric);
  const alice = world.client("alice", { server, behind, port: 3545 });
  behind.nat.reserve(3545, alice.service);
  const bob = world.client("bob", { server, behind: world.nat("natB", NAT.portRestricted) });
  world.settle();
  expectReach(world, bob, alice);
  expectDirect(world, bob, alice);
});
