/**
 * Clients reach native hosts, and one another, through a gateway. No route to 2001::/32 leads anywhere.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";
import { expectReach } from "./expectations.ts";

const KINDS = Object.keys(NAT) as NatKind[];

/** Alice behind a NAT, a gateway, and a native host that knows nothing of Teredo. */
function aliceAndNative(kind: NatKind) {
  const world = new World();
  const gateway = world.gateway();
  const native = world.nativeHost("native");
  const alice = world.client("alice", { server: gateway, behind: world.nat("natA", NAT[kind]) });
  world.settle();
  return { world, gateway, native, alice };
}

for (const kind of KINDS) {
  Deno.test(`a client behind a ${kind} NAT reaches a native host through a gateway`, () => {
    const { world, gateway, native, alice } = aliceAndNative(kind);
    expectReach(world, alice, native);
    const seen = world.log.find({ from: "gateway", to: "native", kind: "echo request" });
    assertEquals(seen.length, 10 + 1, "ten pings and the connectivity test");
    const [account] = gateway.status.relay.gateway!.accounts;
    assert(account!.octetsOut > 0 && account!.octetsIn > 0);
  });
}
