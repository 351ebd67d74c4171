/**
 * Which clients meet, and how: a client behind each kind of NAT towards a client behind each other
 * kind, in the simulator.
 *
 * @module
 */

import type { PeerPath } from "../../client/client_status.ts";
import type { ClientNode } from "../sim/client_node.ts";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import type { NatBox } from "../sim/nat_box.ts";
import { World } from "../sim/world.ts";

/** What may be between a client and the Internet. */
export type Place = "none" | NatKind | "double";

/**
 * The places of the table, with the words for them. `double`: a port-restricted NAT behind another.
 */
export const PLACES = {
  none: "no NAT",
  cone: "cone",
  addressRestricted: "address-restricted",
  portRestricted: "port-restricted",
  symmetric: "symmetric, random ports",
  symmetricPreserving: "symmetric, port-preserving",
  symmetricSequential: "symmetric, sequential",
  double: "double",
} as const satisfies Partial<Record<Place, string>>;

/** A place of the table. */
export type TablePlace = keyof typeof PLACES;

/** What became of the first ping between two clients. */
export interface Cell {
  /** The way that it took; none within a minute. */
  readonly path: PeerPath | undefined;
  /** From the first request to the first answer, or to the failure, in milliseconds. */
  readonly milliseconds: number;
  /** Datagrams that all nodes sent meanwhile. */
  readonly datagrams: number;
}

/** How long a cell is waited for, in seconds. */
const TIMEOUT = 60;

/** The cell of two clients at different places. */
export function cellOf(one: Place, other: Place, hasGateway: boolean): Cell {
  const world = new World();
  const server = hasGateway ? world.gateway("server") : world.server();
  const alice = world.client("alice", { server, behind: putUp(world, "natA", one) });
  const bob = world.client("bob", { server, behind: putUp(world, "natB", other) });
  return meet(world, alice, bob);
}

/**
 * The cell of two clients behind one NAT that does not let them reach each other at their mappings.
 */
export function cellBehind(kind: NatKind, hasGateway: boolean): Cell {
  const world = new World();
  const server = hasGateway ? world.gateway("server") : world.server();
  const behind = world.nat("nat", { ...NAT[kind], hairpinning: false });
  const alice = world.client("alice", { server, behind });
  const bob = world.client("bob", { server, behind });
  return meet(world, alice, bob);
}

function putUp(world: World, name: string, place: Place): NatBox | undefined {
  if (place === "none") return undefined;
  if (place !== "double") return world.nat(name, NAT[place]);
  const carrier = world.nat(`carrier of ${name}`, { ...NAT.portRestricted, hairpinning: false });
  return world.nat(name, NAT.portRestricted, { behind: carrier });
}

function meet(world: World, alice: ClientNode, bob: ClientNode): Cell {
  world.settle();
  const start = world.clock.now;
  const ping = alice.ping(bob);
  world.clock.runUntil(() => ping.isAnswered || ping.errors > 0, TIMEOUT * 1000);
  const end = world.clock.now;
  const datagrams = world.log.journeys
    .filter(({ sentAt, words }) => sentAt >= start && !words.includes("native IPv6")).length;
  const path = ping.isAnswered ? pathOf(alice, bob) : undefined;
  return { path, milliseconds: end - start, datagrams };
}

function pathOf(alice: ClientNode, bob: ClientNode): PeerPath | undefined {
  const address = bob.address!.toHex();
  return alice.status.peers.find((peer) => peer.address.toHex() === address)?.path;
}
