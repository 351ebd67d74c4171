/**
 * Which clients meet, and how: a client behind each kind of NAT towards a client behind each other
 * kind, in the simulator.
 *
 * @module
 */

import type { Extension } from "../../client/extensions.ts";
import type { PeerPath } from "../../client/client_status.ts";
import { portOf } from "../../wire/endpoint.ts";
import type { ClientNode } from "../sim/client_node.ts";
import { NAT, type NatKind } from "../sim/nat_behaviour.ts";
import type { NatBox } from "../sim/nat_box.ts";
import { World } from "../sim/world.ts";

/** What may be between a client and the Internet. */
type Place = "none" | NatKind | "double" | "mappedRestricted" | "mappedSymmetric";

/** The NATs of places that forward a port to their client, as PCP, NAT-PMP or UPnP asked them. */
const MAPPED: Readonly<Partial<Record<Place, NatKind>>> = {
  mappedRestricted: "portRestricted",
  mappedSymmetric: "symmetricPreserving",
};

/** The places that real kernels are tried with, and the words for them. */
export const KERNEL_PLACES = {
  none: "no NAT",
  cone: "cone",
  addressRestricted: "address-restricted",
  portRestricted: "port-restricted",
  symmetric: "symmetric, random ports",
  symmetricPreserving: "symmetric, port-preserving",
  symmetricSequential: "symmetric, sequential",
  double: "double",
} as const satisfies Partial<Record<Place, string>>;

/** All places of the table. `double`: a port-restricted NAT behind another. */
export const PLACES = {
  ...KERNEL_PLACES,
  addressSymmetric: "address-symmetric",
  mappedRestricted: "port-restricted, mapped port",
  mappedSymmetric: "symmetric, mapped port",
} as const satisfies Partial<Record<Place, string>>;

/** A place that real kernels are tried with. */
export type KernelPlace = keyof typeof KERNEL_PLACES;

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

/** What the clients and their server do. */
export interface Equipment {
  /** The extensions of RFC 6081 that the clients use; all unless given. */
  readonly extensions?: readonly Extension[];
  /** Whether there is a gateway beside the server; unless given, there is none. */
  readonly hasGateway?: boolean;
}

/** The cell of two clients at different places. */
export function cellOf(one: Place, other: Place, equipment: Equipment = {}): Cell {
  const { world, server, config } = stage(equipment);
  const [alice, bob] = ([["alice", one], ["bob", other]] as const).map(([name, place]) => {
    const behind = putUp(world, `NAT of ${name}`, place);
    const client = world.client(name, { server, behind, config });
    if (place in MAPPED) {
      client.useMapping(behind!.nat.forward(portOf(client.service), client.service));
    }
    return client;
  });
  return meet(world, alice!, bob!);
}

/**
 * The cell of two clients behind one NAT that does not let them reach each other at their mappings.
 */
export function cellBehind(kind: NatKind, equipment: Equipment = {}): Cell {
  const { world, server, config } = stage(equipment);
  const behind = world.nat("nat", { ...NAT[kind], hairpinning: false });
  const alice = world.client("alice", { server, behind, config });
  const bob = world.client("bob", { server, behind, config });
  return meet(world, alice, bob);
}

function stage({ extensions, hasGateway = false }: Equipment) {
  const world = new World();
  const server = hasGateway ? world.gateway("server") : world.server();
  return { world, server, config: { extensions } };
}

function putUp(world: World, name: string, place: Place): NatBox | undefined {
  if (place === "none") return undefined;
  if (place !== "double") return world.nat(name, NAT[MAPPED[place] ?? place as NatKind]);
  const carrier = world.nat(`carrier of ${name}`, { ...NAT.portRestricted, hairpinning: false });
  return world.nat(name, NAT.portRestricted, { behind: carrier });
}

function meet(world: World, alice: ClientNode, bob: ClientNode): Cell {
  world.settle();
  // Without Symmetric NAT Support, a client behind a symmetric NAT has no address.
  if (alice.address === undefined || bob.address === undefined) {
    return { path: undefined, milliseconds: 0, datagrams: 0 };
  }
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
