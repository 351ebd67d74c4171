/**
 * A planned world, put up in the simulator.
 *
 * @module
 */

import { portOf } from "../../wire/endpoint.ts";
import type { ClientNode } from "../sim/client_node.ts";
import type { GatewayNode } from "../sim/gateway_node.ts";
import type { Ipv6Stack } from "../sim/ipv6_stack.ts";
import type { NatBox } from "../sim/nat_box.ts";
import type { RelayNode } from "../sim/relay_node.ts";
import { ServerNames } from "../sim/server_names.ts";
import type { ServerNode } from "../sim/server_node.ts";
import { World } from "../sim/world.ts";
import type { ClientPlan, NatPlan, ServerPlan, WorldPlan } from "./world_plan.ts";

/** Peers that a relay remembers: more than there are, and quick to make. */
const TABLE_SIZE = 64;

/** A host that sends packets and gets some. */
export interface Talker {
  readonly name: string;
  readonly stack: Ipv6Stack;
}

/** A node that runs a machine. */
export type MachineNode = ClientNode | ServerNode | GatewayNode | RelayNode;

/** The nodes of a world by name. */
export class Stage {
  readonly world: World;
  readonly plan: WorldPlan;
  readonly servers = new Map<string, ServerNode | GatewayNode>();
  /** Where servers are that have moved. They have no power before that. */
  readonly successors = new Map<string, ServerNode>();
  readonly nats = new Map<string, NatBox>();
  readonly clients = new Map<string, ClientNode>();
  readonly talkers = new Map<string, Talker>();
  /** The name service that each client asks. */
  readonly names = new Map<string, ServerNames>();
  readonly relay: RelayNode | undefined;

  constructor(plan: WorldPlan) {
    this.plan = plan;
    this.world = new World(plan.seed, { keepsLog: false });
    const { world } = this;
    for (const server of plan.servers) this.#putUpServer(server);
    if (plan.hasRelay) this.relay = world.relay("relay", { config: { maxPeers: TABLE_SIZE } });
    for (const name of plan.natives) this.talkers.set(name, world.nativeHost(name));
    for (const { name, behaviour, behind } of plan.nats) {
      this.nats.set(name, world.nat(name, behaviour, { behind: this.#natOf(behind) }));
    }
    for (const client of plan.clients) this.#putUp(client);
  }

  /** All machines by the names of their nodes. */
  get machines(): MachineNode[] {
    return [
      ...this.clients.values(),
      ...this.servers.values(),
      ...this.successors.values(),
      ...this.relay === undefined ? [] : [this.relay],
    ];
  }

  /** The node with a machine that has this name. */
  machine(name: string): MachineNode {
    return this.clients.get(name) ?? this.servers.get(name) ?? this.relay!;
  }

  /** A server moves: its name stands for the address of its successor. */
  move(name: string): void {
    const successor = this.successors.get(name)!;
    this.servers.get(name)!.die();
    successor.returnToLife();
    for (const { name: client, servers } of this.plan.clients) {
      const i = servers.indexOf(name);
      const names = this.names.get(client)!;
      if (i >= 0) names.addresses = names.addresses.with(i, successor.addresses);
    }
  }

  /** Whether a server has moved. */
  hasMoved(name: string): boolean {
    return this.successors.get(name)?.host.hasPower === true;
  }

  /** The NATs between a client and the Internet, the innermost first. */
  natsBefore(client: string): NatPlan[] {
    const found: NatPlan[] = [];
    let behind = this.plan.clients.find(({ name }) => name === client)?.behind;
    while (behind !== undefined) {
      const nat = this.plan.nats.find(({ name }) => name === behind)!;
      found.push(nat);
      behind = nat.behind;
    }
    return found;
  }

  /** The clients behind a NAT, or behind one that is behind it. */
  behind(nat: string): ClientPlan[] {
    return this.plan.clients.filter(({ name }) =>
      this.natsBefore(name).some((each) => each.name === nat)
    );
  }

  /** Tells a client whose port its NAT forwards where that is now. */
  mapPort({ name, behind, hasMappedPort }: ClientPlan): void {
    if (!hasMappedPort) return;
    const client = this.clients.get(name)!;
    const { nat } = this.#natOf(behind)!;
    client.useMapping(nat.forward(portOf(client.service), client.service));
  }

  #putUpServer({ name, isGateway, addresses, hasLimits }: ServerPlan): void {
    const { world } = this;
    const config = { limits: hasLimits ? undefined : "off" } as const;
    if (isGateway) {
      const relay = { maxPeers: TABLE_SIZE };
      this.servers.set(name, world.gateway(name, { addresses, relay, server: config }));
      return;
    }
    this.servers.set(name, world.server(name, { config }));
    this.successors.set(name, world.server(`new ${name}`, { config, hasPower: false }));
  }

  #putUp(plan: ClientPlan): void {
    const { name, behind, extensions, usesFastPath, maxPeers } = plan;
    const servers = plan.servers.map((server) => this.servers.get(server)!.addresses);
    const names = new ServerNames(servers, this.world.clock);
    this.names.set(name, names);
    const localDiscovery = plan.discoversNeighbours ? { isOnLink: () => true } : undefined;
    const client = this.world.client(name, {
      server: { addresses: servers[0]! },
      behind: this.#natOf(behind),
      names,
      usesFastPath,
      config: {
        servers,
        extensions,
        maxPeers,
        localDiscovery,
        serverLoadReduction: plan.reducesLoad,
        determineRefreshInterval: plan.determinesInterval,
      },
    });
    this.clients.set(name, client);
    this.talkers.set(name, client);
    this.mapPort(plan);
  }

  #natOf(name: string | undefined): NatBox | undefined {
    return name === undefined ? undefined : this.nats.get(name);
  }
}
