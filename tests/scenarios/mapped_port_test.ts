/** Clients whose NATs forward a port to them, RFC 6081 §5.3. */
import { assert, assertEquals } from "@std/assert";
import { mappingOf } from "../../wire/teredo_address.ts";
import { addressOf, endpoint, portOf } from "../../wire/endpoint.ts";
import type { ClientNode } from "../sim/client_node.ts";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";
import { expectDirect, expectReach } from "./expectations.ts";

/** Two clients; the NATs of those in `forwarding` forward their service ports. */
function clients(
  behindAlice: NatKind,
  behindBob: NatKind,
  { forwarding, port, tracks = false }: {
    forwarding: readonly string[];
    port?: number;
    tracks?: boolean;
  },
): { world: World; alice: ClientNode; bob: ClientNode } {
  const world = new World();
  const server = world.server();
  const [alice, bob] = ([["alice", behindAlice], ["bob", behindBob]] as const).map(
    ([name, kind]) => {
      const behind = world.nat(`NAT of ${name}`, NAT[kind]);
      const client = world.client(name, { server, behind });
      if (forwarding.includes(name)) {
        const { service } = client;
        client.useMapping(behind.nat.forward(port ?? portOf(service), service, { tracks }));
      }
      return client;
    },
  );
  world.settle();
  return { world, alice: alice!, bob: bob! };
}

Deno.test("X-07: two clients behind symmetric NATs that forward their ports meet at the mappings in their addresses", () => {
  const forwarding = ["alice", "bob"];
  const { world, alice, bob } = clients("symmetricPreserving", "symmetricPreserving", {
    forwarding,
  });
  assertEquals(alice.status.nat, "symmetric");
  expectReach(world, alice, bob);
  expectReach(world, bob, alice);
  expectDirect(world, alice, bob);
  for (const [from, to] of [[alice, bob], [bob, alice]] as const) {
    assertEquals(from.status.peers[0]!.mapping, mappingOf(to.address!));
  }
});

Deno.test("X-06: a forwarded port that is not the one in the address is told to every peer", () => {
  const options = { forwarding: ["alice"], port: 40_000, tracks: true };
  const { world, alice, bob } = clients("symmetric", "portRestricted", options);
  expectReach(world, alice, bob);
  const { mapping } = bob.status.peers[0]!;
  assert(mapping !== undefined && mapping !== mappingOf(alice.address!));
});

for (const kind of ["portRestricted", "symmetricPreserving"] as const) {
  Deno.test(`a forwarded port does not keep a peer behind a ${kind} NAT from a random port`, () => {
    const { world, alice, bob } = clients(kind, "symmetricPreserving", { forwarding: ["bob"] });
    expectReach(world, alice, bob);
    assertEquals(bob.status.peers[0]!.path, "random_port");
    world.pass(200);
    expectReach(world, bob, alice);
    world.pass(200);
    expectReach(world, alice, bob);
  });
}

Deno.test("a mapping that the server does not see is not taken for the way to a peer", () => {
  const { world, alice, bob } = clients("symmetric", "cone", { forwarding: [] });
  alice.useMapping(endpoint(addressOf(mappingOf(alice.address!)), 40_000));
  expectReach(world, alice, bob);
  assertEquals(alice.status.peers[0]!.path, "nonce");
});
