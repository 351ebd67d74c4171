/**
 * The stage of most scenarios: alice and bob, each behind a NAT, and their server.
 *
 * @module
 */

import type { ClientNode } from "../sim/client_node.ts";
import type { LinkQuality } from "../sim/link.ts";
import { NAT, type NatBehaviour, type NatKind } from "../sim/nat_behaviour.ts";
import type { NatBox } from "../sim/nat_box.ts";
import type { ServerNode } from "../sim/server_node.ts";
import { type ClientOptions, World } from "../sim/world.ts";

/** A kind of NAT, one with its own knobs, or none. */
type Behind = NatKind | NatBehaviour | "public";

/** What may be unusual about the stage. */
interface TwoClientsOptions {
  readonly seed?: number;
  /** The links of the clients to the Internet: of their NATs, or their own without one. */
  readonly link?: Partial<LinkQuality>;
  /** What both clients are told. */
  readonly config?: ClientOptions["config"];
  readonly usesFastPath?: boolean;
}

/** The stage. */
export interface TwoClients {
  readonly world: World;
  readonly server: ServerNode;
  readonly alice: ClientNode;
  readonly bob: ClientNode;
  /** Undefined where alice is on the Internet. */
  readonly natA: NatBox | undefined;
  readonly natB: NatBox | undefined;
}

/** Puts the stage up, and waits until both clients have an address or know why not. */
export function twoClients(
  aliceBehind: Behind,
  bobBehind: Behind,
  options: TwoClientsOptions = {},
): TwoClients {
  const world = new World(options.seed);
  const server = world.server();
  const natA = putUp(world, "natA", aliceBehind, options);
  const natB = putUp(world, "natB", bobBehind, options);
  const alice = world.client("alice", clientOptions(server, natA, options));
  const bob = world.client("bob", clientOptions(server, natB, options));
  world.settle();
  return { world, server, alice, bob, natA, natB };
}

function putUp(
  world: World,
  name: string,
  behind: Behind,
  { link }: TwoClientsOptions,
): NatBox | undefined {
  if (behind === "public") return undefined;
  return world.nat(name, typeof behind === "string" ? NAT[behind] : behind, { link });
}

function clientOptions(
  server: ServerNode,
  behind: NatBox | undefined,
  { link, config, usesFastPath }: TwoClientsOptions,
): ClientOptions {
  return {
    server,
    behind,
    config,
    usesFastPath,
    link: behind === undefined ? link : undefined,
  };
}
