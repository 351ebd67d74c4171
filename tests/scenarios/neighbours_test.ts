/**
 * Clients behind one NAT, and clients behind several.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { ClientConfig } from "../../client/client_config.ts";
import type { ClientNode } from "../sim/client_node.ts";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";
import { expectDirect, expectReach } from "./expectations.ts";

/** Alice and bob behind one NAT. */
interface Neighbours {
  readonly world: World;
  readonly alice: ClientNode;
  readonly bob: ClientNode;
}

/** What may be unusual about them. */
interface NeighboursOptions {
  readonly seed?: number;
  readonly kind?: NatKind;
  readonly hairpinning?: boolean;
  readonly config?: Partial<ClientConfig>;
  /** Whether bob has another server than alice. */
  readonly hasOtherServer?: boolean;
  /** How much later bob starts, in seconds. */
  readonly gap?: number;
}

function neighbours(options: NeighboursOptions): Neighbours {
  const { seed, kind = "portRestricted", hairpinning = false, config, gap = 0 } = options;
  const world = new World(seed);
  const server = world.server();
  const behind = world.nat("nat", { ...NAT[kind], hairpinning });
  const alice = world.client("alice", { server, behind, config });
  world.pass(gap);
  const bobsServer = options.hasOtherServer ? world.server("bob's server") : server;
  const bob = world.client("bob", { server: bobsServer, behind, config });
  world.settle();
  return { world, alice, bob };
}

/** The bubbles and echoes of the two that left the NAT since `since`. */
function seenOutside({ world }: Neighbours, since: number): string[] {
  return world.log.find({ since })
    .filter(({ kind }) => kind === "bubble" || kind.startsWith("echo"))
    .filter(({ arrivals }) => arrivals.some(({ path }) => path.slice(0, -1).includes("nat")))
    .map((journey) => `${journey}`);
}

Deno.test("neighbours behind a NAT that hairpins reach each other", () => {
  const { world, alice, bob } = neighbours({ hairpinning: true });
  expectReach(world, alice, bob);
  expectDirect(world, alice, bob);
  for (const { status } of [alice, bob]) assertEquals(status.peers[0]?.path, "local");
});

Deno.test("neighbours that do not tell their addresses fail cleanly without hairpinning", () => {
  const { world, alice, bob } = neighbours({ config: { localEndpoint: undefined } });
  const ping = alice.ping(bob, { count: 3 });
  world.pass(30);
  assert(!ping.isAnswered);
  assertEquals(ping.errors, 3);
});

for (const kind of ["portRestricted", "cone", "symmetric"] as const) {
  Deno.test(`X-16, X-17: neighbours behind a ${kind} NAT without hairpinning meet inside it`, () => {
    const { world, alice, bob } = neighbours({ kind });
    expectReach(world, alice, bob);
    assertEquals(alice.status.peers[0]?.path, "local");
    assertEquals(alice.status.peers[0]?.mapping, bob.service);
    world.pass(300);
    expectReach(world, bob, alice);
  });
}

const DISCOVERY = { localDiscovery: { isOnLink: () => true } };

Deno.test("neighbours of two servers meet through a NAT that hairpins, or by local discovery", () => {
  const hasOtherServer = true;
  for (const options of [{ hairpinning: true }, { config: DISCOVERY }]) {
    const { world, alice, bob } = neighbours({ hasOtherServer, ...options });
    expectReach(world, alice, bob);
    expectReach(world, bob, alice);
  }
  const { world, alice, bob } = neighbours({ hasOtherServer });
  const ping = alice.ping(bob);
  world.pass(30);
  assertEquals([ping.isAnswered, ping.errors], [false, 1]);
});

/** How alice and bob may meet: by default, and with local discovery besides. */
const MANNERS: Record<string, Partial<ClientConfig>> = {
  "by default": {},
  "with local discovery": DISCOVERY,
  "with local discovery alone": { ...DISCOVERY, localEndpoint: undefined },
};
const GAPS = [0, 0.5, 1, 2, 5];
const SEEDS = Array.from({ length: 10 }, (_, seed) => seed);

for (const [manner, config] of Object.entries(MANNERS)) {
  Deno.test(`C-45, X-17: neighbours started 0 to 5 s apart meet inside the NAT in 2 s, ${manner}`, () => {
    for (const gap of GAPS) {
      for (const seed of SEEDS) {
        const both = neighbours({ seed, gap, config });
        const { world, alice, bob } = both;
        const pings = [alice.ping(bob, { count: 40 }), bob.ping(alice, { count: 40 })];
        world.pass(2);
        const metAt = world.clock.now;
        world.pass(38);
        for (const { firstReplyAfter, lost } of pings) {
          const words = `${gap} s apart, seed ${seed}: ${firstReplyAfter} ms, ${lost} lost`;
          assert(firstReplyAfter <= 2_000 && lost === 0, words);
        }
        world.pass(40);
        const again = alice.ping(bob);
        world.pass(5);
        assert(again.isAnswered, `${gap} s apart, seed ${seed}: not after a silence`);
        assertEquals(seenOutside(both, metAt), []);
      }
    }
  });
}

Deno.test("a neighbour that was restarted is met again at once", () => {
  const { world, alice, bob } = neighbours({});
  expectReach(world, alice, bob);
  bob.restart();
  world.settle();
  expectReach(world, alice, bob);
});

Deno.test("a neighbour that leaves for another NAT is met there", () => {
  const { world, alice, bob } = neighbours({});
  expectReach(world, alice, bob);
  const elsewhere = world.nat("other NAT", NAT.portRestricted);
  const server = world.server("other server");
  bob.host.hasPower = false;
  const moved = world.client("bob on the road", { server, behind: elsewhere });
  world.settle();
  expectReach(world, alice, moved);
});

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
