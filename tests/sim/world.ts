/**
 * A small Internet of Teredo nodes in one process, on a virtual clock, out of one seed.
 *
 *     alice -- [natA] --+                       +-- server (two addresses)
 *                       +-- the IPv4 Internet --+
 *     bob ---- [natB] --+                       +-- relay, carol without a NAT
 *
 *     the native IPv6 Internet: server, relay, gateway, native hosts
 *
 * Nothing sleeps, and the same seed makes the same log.
 *
 * @module
 */

import type { ClientConfig } from "../../client/client_config.ts";
import { uniform } from "../../protocol/random.ts";
import { AddressAccess, type GatewayConfig } from "../../relay/gateway_config.ts";
import type { RelayConfig } from "../../relay/relay_config.ts";
import type { ServerConfig } from "../../server/server_config.ts";
import { endpoint } from "../../wire/endpoint.ts";
import { GlobalUnicast } from "../../wire/global_unicast.ts";
import { type Ipv4Address, ipv4Address } from "../../wire/ipv4_address.ts";
import { type AddressBlock, AddressPlan, NATIVE_PREFIX } from "./address_plan.ts";
import { ClientNode } from "./client_node.ts";
import { GatewayNode } from "./gateway_node.ts";
import { type Double, DoubleNode } from "./double_node.ts";
import { Host } from "./host.ts";
import { Link, type LinkQuality } from "./link.ts";
import { Nat } from "./nat.ts";
import type { NatBehaviour } from "./nat_behaviour.ts";
import { NatBox } from "./nat_box.ts";
import { NativeInternet } from "./native_internet.ts";
import { NativeNode } from "./native_node.ts";
import { Network } from "./network.ts";
import { PacketLog } from "./packet_log.ts";
import { RelayNode } from "./relay_node.ts";
import { seededRandom } from "./seeded_random.ts";
import type { ServerNames } from "./server_names.ts";
import { ServerNode } from "./server_node.ts";
import { StrictClient } from "./strict_client.ts";
import { VirtualClock } from "./virtual_clock.ts";
import { WindowsClient } from "./windows_client.ts";

/** How long {@linkcode World.settle} waits at most: the failure of both phases, and more. */
const SETTLED_AFTER = 60_000;

/** The dynamic ports (RFC 6335 §6), of which clients draw their service ports. */
const DYNAMIC_PORTS = { low: 49152, high: 65536 } as const;

/** Delay from a host to the NAT that it is behind, in milliseconds. */
const LAN_DELAY = 1;

/** What surrounds a node. */
interface PlaceOptions {
  /** The NAT that the node is behind; without one it is on the Internet. */
  readonly behind?: NatBox | undefined;
  /** The node's link, where it differs from a good one. */
  readonly link?: Partial<LinkQuality> | undefined;
}

/** What a client is like. */
export interface ClientOptions extends PlaceOptions {
  readonly server: Pick<ServerNode, "addresses">;
  /** The service port; drawn at random unless given. */
  readonly port?: number | undefined;
  readonly config?: Partial<ClientConfig> | undefined;
  /** Whether the client's fast path is used, as the driver does; unless given, yes. */
  readonly usesFastPath?: boolean | undefined;
  /** Where it looks its servers up when it is off-line; unless given, nowhere. */
  readonly names?: ServerNames | undefined;
}

/** What the double of somebody else's client is like. */
type DoubleOptions = PlaceOptions & Pick<ClientOptions, "server">;

/** What a server is like. */
interface ServerOptions {
  /** Whether it runs; unless given, yes. */
  readonly hasPower?: boolean | undefined;
  readonly link?: Partial<LinkQuality> | undefined;
  readonly config?: Partial<ServerConfig> | undefined;
}

/** What a relay is like. */
interface RelayOptions extends PlaceOptions {
  readonly config?: Partial<RelayConfig> | undefined;
}

/** What a gateway is like. */
export interface GatewayOptions {
  readonly link?: Partial<LinkQuality> | undefined;
  /** How many IPv4 addresses it has; 2 unless given. */
  readonly addresses?: 1 | 2 | undefined;
  /** Its IPv6 address, 16 octets; a native one unless given. */
  readonly address?: Uint8Array | undefined;
  readonly server?: Partial<ServerConfig> | undefined;
  readonly relay?: Partial<RelayConfig> | undefined;
  /** Its rules, where they differ from serving every client of this server. */
  readonly rules?: Partial<GatewayConfig> | undefined;
}

/** The simulated world. */
export class World {
  readonly clock = new VirtualClock();
  readonly log: PacketLog;
  /** The IPv4 Internet. */
  readonly internet = new Network(this.clock);
  /** The native IPv6 Internet. */
  readonly native: NativeInternet;
  readonly clients: ClientNode[] = [];
  /** All links by name: of a host, of a NAT's outside, "inside of" a NAT, "native Internet". */
  readonly links = new Map<string, Link>();
  readonly #seed: number | string;
  readonly #plan = new AddressPlan();
  readonly #insides = new Map<NatBox, AddressBlock>();
  /** Documentation addresses count as global here. */
  readonly #globalUnicast = new GlobalUnicast("rfc4380");

  constructor(seed: number | string = 1, { keepsLog = true } = {}) {
    this.#seed = seed;
    this.log = new PacketLog(keepsLog);
    this.native = new NativeInternet(this.clock, this.log, this.#link("native Internet", {}));
  }

  /** Puts up a NAT. */
  nat(name: string, behaviour: NatBehaviour, options: PlaceOptions = {}): NatBox {
    const { behind, link = {} } = options;
    const block = behind === undefined ? this.#plan.nats : this.#insides.get(behind)!;
    const [external, ...more] = Array.from({ length: behaviour.addresses }, () => block.take());
    const nat = new Nat(external!, behaviour, this.#random(name), more);
    const box = new NatBox(name, nat, {
      inside: new Network(this.clock),
      outside: this.#networkBehind(behind),
      insideLink: this.#link(`inside of ${name}`, { delay: 0 }),
      outsideLink: this.#link(name, behind === undefined ? link : { delay: LAN_DELAY, ...link }),
    }, this.clock);
    this.#insides.set(box, this.#plan.takeInside());
    return box;
  }

  /** Puts up a server. */
  server(name = "server", options: ServerOptions = {}): ServerNode {
    const addresses = [this.#plan.servers.take(), this.#plan.servers.take()] as const;
    const link = this.#link(name, options.link ?? {});
    const host = new Host(name, { network: this.internet, addresses, link }, this.clock, this.log);
    const config = {
      primary: addresses[0],
      secondary: addresses[1],
      globalUnicast: this.#globalUnicast,
      random: this.#random(`server of ${name}`),
      ...options.config,
    };
    host.hasPower = options.hasPower ?? true;
    return new ServerNode(host, config, this.native, this.clock);
  }

  /** Puts up a client, which starts to qualify as soon as time passes. */
  client(name: string, options: ClientOptions): ClientNode {
    const { port = this.#drawPort(name), usesFastPath = true, names } = options;
    const { host, address } = this.#host(name, options);
    const config = {
      servers: [options.server.addresses],
      globalUnicast: this.#globalUnicast,
      random: this.#random(`client of ${name}`),
      ...options.config,
    };
    const service = endpoint(address, port);
    const client = new ClientNode({ host, service, usesFastPath, names }, config, this.clock);
    this.clients.push(client);
    return client;
  }

  /** Puts up a host with the double of Windows' own client. */
  windows(name: string, options: DoubleOptions): DoubleNode<WindowsClient> {
    const random = this.#random(`client of ${name}`);
    return this.#double(name, options, new WindowsClient(options.server.addresses.primary, random));
  }

  /** Puts up a host with the double of a client that knows RFC 4380 alone. */
  strict(name: string, options: DoubleOptions): DoubleNode<StrictClient> {
    const random = this.#random(`client of ${name}`);
    return this.#double(name, options, new StrictClient(options.server.addresses.primary, random));
  }

  #double<M extends Double>(name: string, options: PlaceOptions, machine: M): DoubleNode<M> {
    const { host, address } = this.#host(name, options);
    return new DoubleNode(host, endpoint(address, this.#drawPort(name)), machine, this.clock);
  }

  /** Puts up a relay, which takes the native packets for all Teredo clients from now on. */
  relay(name = "relay", options: RelayOptions = {}): RelayNode {
    const { host, address } = this.#host(name, options);
    const config = {
      globalUnicast: this.#globalUnicast,
      random: this.#random(`relay of ${name}`),
      serves: [NATIVE_PREFIX],
      ownAddresses: [address],
      errorSource: this.#plan.takeNative(),
      ...options.config,
    };
    const service = endpoint(address, this.#drawPort(name));
    return new RelayNode(host, service, config, this.native, this.clock);
  }

  /** Puts up a server that is a gateway. No route to 2001::/32 leads to it. */
  gateway(name = "gateway", options: GatewayOptions = {}): GatewayNode {
    const primary = this.#plan.servers.take();
    const secondary = options.addresses === 1 ? undefined : this.#plan.servers.take();
    const addresses = secondary === undefined ? [primary] : [primary, secondary];
    const link = this.#link(name, options.link ?? {});
    const host = new Host(name, { network: this.internet, addresses, link }, this.clock, this.log);
    const address = options.address ?? this.#plan.takeNative();
    const globalUnicast = this.#globalUnicast;
    const relay = {
      globalUnicast,
      random: this.#random(`relay of ${name}`),
      serves: [NATIVE_PREFIX],
      ownAddresses: addresses,
      errorSource: address,
      nativeAddresses: [address],
      gateway: {
        access: new AddressAccess([{ network: ipv4Address(0), prefixLength: 0 }]),
        servers: [primary],
        ...options.rules,
      },
      ...options.relay,
    };
    const random = this.#random(`server of ${name}`);
    const server = { primary, secondary, globalUnicast, random, ...options.server };
    return new GatewayNode(host, { server, relay, address }, this.native, this.clock);
  }

  /** Puts up a host with native IPv6. */
  nativeHost(name: string): NativeNode {
    return new NativeNode(name, this.#plan.takeNative(), this.native, this.clock);
  }

  /** The carrier of a NAT gives it another address, if that is on the Internet. */
  renumber(nat: NatBox): void {
    nat.renumber(this.#plan.nats.take());
  }

  /** Lets time pass until every client has an address or knows why not. */
  settle(): void {
    const isSettled = () => this.clients.every((client) => client.isSettled);
    if (!this.clock.runUntil(isSettled, SETTLED_AFTER)) {
      throw new Error("Cannot settle: a client neither qualifies nor goes off-line");
    }
  }

  /** Lets `seconds` pass. */
  pass(seconds: number): void {
    this.clock.run(seconds * 1000);
  }

  /** A host with one address, behind a NAT or on the Internet. */
  #host(name: string, { behind, link = {} }: PlaceOptions): { host: Host; address: Ipv4Address } {
    const address = (behind === undefined ? this.#plan.hosts : this.#insides.get(behind)!).take();
    const place = {
      network: this.#networkBehind(behind),
      addresses: [address],
      link: this.#link(name, behind === undefined ? link : { delay: LAN_DELAY, ...link }),
    };
    return { host: new Host(name, place, this.clock, this.log), address };
  }

  #networkBehind(behind: NatBox | undefined): Network {
    return behind?.inside ?? this.internet;
  }

  #drawPort(name: string): number {
    return Math.floor(
      uniform(this.#random(`port of ${name}`), DYNAMIC_PORTS.low, DYNAMIC_PORTS.high),
    );
  }

  #link(name: string, quality: Partial<LinkQuality>): Link {
    const link = new Link(quality, this.#random(`link of ${name}`));
    this.links.set(name, link);
    return link;
  }

  #random(name: string) {
    return seededRandom(`${this.#seed}/${name}`);
  }
}
