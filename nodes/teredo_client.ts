/**
 * A Teredo client to embed.
 *
 * @module
 */

import { Client } from "../client/client.ts";
import type { ClientConfig, ClientCredentials, ServerAddresses } from "../client/client_config.ts";
import type { ClientEvent } from "../client/client_event.ts";
import type { ClientStatus } from "../client/client_status.ts";
import type { ClientSocket } from "../client/qualification/qualification.ts";
import type { DiscoveryGroup } from "../io/udp/discovery_group.ts";
import { Driver } from "../io/driver.ts";
import { EchoLink, type EchoOutcome } from "../io/host/echo_link.ts";
import { localAddresses } from "../io/network/local_addresses.ts";
import { PacketStream } from "../io/host/packet_stream.ts";
import type { SendTrouble } from "../io/udp/send_watch.ts";
import { type CheckServer, ServerDirectory } from "../io/servers/server_directory.ts";
import { ServerName } from "../io/servers/server_name.ts";
import { aborted } from "../io/run_together.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import { formatIpv4, type Ipv4Address } from "../wire/ipv4_address.ts";
import { isSameIpv6 } from "../wire/ipv6_address.ts";
import { type ClientSocketOptions, openClientSockets } from "./client_sockets.ts";
import { reportFault } from "./fault.ts";
import { watchNetwork } from "./network_watch.ts";
import type { NodeOptions } from "./node_options.ts";
import {
  type HostSide,
  type NodeContext,
  nodeContext,
  type Opener,
  tasksBeside,
} from "./node_context.ts";
import { tapped } from "./tap.ts";
import { type NodeParts, TeredoNode } from "./teredo_node.ts";

/** A server by name or IPv4 address. */
export interface GivenServer {
  readonly primary: string;
  /** The secondary address; without it the one after the primary. */
  readonly secondary?: string | undefined;
}

/** What a client to embed is told. Times are in milliseconds. */
export interface TeredoClientOptions extends
  NodeOptions<ClientEvent>,
  ClientSocketOptions,
  Pick<
    ClientConfig,
    "refreshInterval" | "symmetricNatSupport" | "serverLoadReduction" | "mtu" | "maxPeers"
  > {
  /** The servers, the preferred one first; at least one. */
  readonly servers: readonly GivenServer[];
  /** For secure qualification, RFC 4380 §5.2.2. */
  readonly credentials?: ClientCredentials | undefined;
  /**
   * Opens the client's side of the host, such as {@linkcode clientTun}. Without it nothing is opened and no
   * privilege needed: packets are sent by {@linkcode TeredoClient.send} and come by
   * {@linkcode TeredoClient.packets}.
   */
  readonly host?: Opener<HostSide> | undefined;
  /**
   * Whether Teredo is needed, asked when this host's network has changed: RFC 4380 §5.5 has a client rest
   * beside native IPv6. Unless given, it is.
   */
  readonly isNeeded?: (() => boolean) | undefined;
  /** Throws where a server cannot be used; unless given, where it is outside of the network. */
  readonly checkServer?:
    | ((server: ServerAddresses, reachable: GlobalUnicast) => void)
    | undefined;
}

/** How often names are looked up while a server is unknown, or another than the preferred one in use; ms. */
const LOOK_UP_INTERVAL = 600_000;

/**
 * A Teredo client (RFC 4380 §5.2) on this host, with its sockets and timers.
 *
 * It asks its server for an address, keeps it, and asks again when that fails, until it is closed.
 *
 * It needs `--unstable-net`, `--allow-net` and `--allow-sys=networkInterfaces`. With `--allow-ffi` it
 * moves datagrams in batches, on Linux; with {@linkcode clientTun} it needs more.
 *
 * @example A server and two clients on this host, none of which needs a privilege
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeEcho, Icmpv6Type } from "../wire/icmpv6.ts";
 * import { parseIpv4 } from "../wire/ipv4_address.ts";
 * import { TeredoClient } from "./teredo_client.ts";
 * import { TeredoServer } from "./teredo_server.ts";
 *
 * const here = { network: "loopback", ffi: false } as const;
 * await using _server = await TeredoServer.start({
 *   primary: parseIpv4("127.7.0.1")!,
 *   secondary: parseIpv4("127.7.0.2")!,
 *   ...here,
 * });
 * const servers = [{ primary: "127.7.0.1" }];
 * await using alice = await TeredoClient.start({ servers, ...here });
 * await using bob = await TeredoClient.start({ servers, ...here });
 *
 * const [source, destination] = await Promise.all([alice.qualified, bob.qualified]);
 * const type = Icmpv6Type.ECHO_REQUEST;
 * const data = new TextEncoder().encode("Hello, Bob");
 * const packet = encodeEcho({ type, source, destination, identifier: 1, sequence: 1, data });
 * alice.send(packet);
 * for await (const received of bob.packets) {
 *   assertEquals(received, packet);
 *   break;
 * }
 * ```
 */
export class TeredoClient extends TeredoNode<ClientSocket, ClientEvent, ClientStatus> {
  /**
   * Packets for this host, one a chunk, while the client has no other way to the host. Those that nobody
   * reads are kept, up to 256, and then refused.
   */
  readonly packets: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #driver: Driver<ClientSocket, ClientEvent, ClientStatus>;
  readonly #client: Client;
  readonly #assembly: Assembly;
  #servers: ServerDirectory;
  #qualified = newPromise<Uint8Array>();
  #hasAddress = false;

  /**
   * Looks the servers up, opens all that the client needs and starts it.
   *
   * @throws {ListenError} a socket cannot be opened
   * @throws {ResolveError} no server is found
   * @throws the reason of `signal` when it aborts
   */
  static async start(options: TeredoClientOptions): Promise<TeredoClient> {
    const { signal } = options;
    signal?.throwIfAborted();
    using stack = new DisposableStack();
    const context = nodeContext(options);
    const stream = new PacketStream();
    const side = options.host && stack.use(options.host(context));
    if (side !== undefined) stream.close();
    const watch = stack.use(
      watchNetwork({
        own: side?.own,
        poller: context.poller,
        ffi: options.ffi ?? true,
        onChange: () => node.#onNetworkChange(),
      }),
    );
    const { sockets, group } = stack.use(await openClientSockets(options, context));
    const servers = directoryOf(options.servers, options, context);
    await Promise.race([servers.find(), ...signal ? [aborted(signal)] : []]);
    signal?.throwIfAborted();

    const client = new Client({
      ...options,
      servers: servers.addresses,
      globalUnicast: context.globalUnicast,
      random: (bytes) => crypto.getRandomValues(bytes),
      localDiscovery: group && { isOnLink: (address) => group.isOnLink(address) },
    });
    const link = new EchoLink(side?.link ?? stream);
    const driver = new Driver<ClientSocket, ClientEvent, ClientStatus>({
      machine: client,
      sockets: tapped(sockets, options.tap),
      host: link,
      bulk: { fastPath: client, via: "service" },
      onEvent: (event) => node.#onEvent(event),
      onFault: options.onFault ?? reportFault(context.log),
      counters: context.counters,
    });
    const tasks = [
      ...tasksBeside(context, watch, options),
      (ending: AbortSignal) => node.#lookUpFromTimeToTime(ending),
    ];
    const assembly = { options, context, side, group, link, local: sockets.service.local };
    const node: TeredoClient = new TeredoClient(
      { driver, tasks, resources: stack.move(), signal },
      { client, servers, stream, assembly },
    );
    return node;
  }

  private constructor(
    parts: NodeParts<ClientSocket, ClientEvent, ClientStatus>,
    { client, servers, stream, assembly }: ClientParts,
  ) {
    super(parts);
    this.#driver = parts.driver;
    this.#client = client;
    this.#servers = servers;
    this.#assembly = assembly;
    this.packets = stream.packets;
    this.finished.then(() => stream.close(), (error) => stream.fail(error))
      .then(() => this.#qualified.reject(new Error("The Teredo client has ended")));
  }

  /** The Teredo address (16 octets), while there is one. */
  get address(): Uint8Array | undefined {
    return this.status().address;
  }

  /**
   * The Teredo address (16 octets), as soon as there is one. It rejects when the client ends before; while
   * it cannot have an address, `onEvent` hears why.
   */
  get qualified(): Promise<Uint8Array> {
    return this.#qualified.promise;
  }

  /** The address and port that its service port is bound to. */
  get local(): Endpoint {
    return this.#assembly.local;
  }

  /** What keeps this host from sending anything, if that is so. */
  get trouble(): SendTrouble | undefined {
    return this.#assembly.context.udp.trouble;
  }

  /**
   * Sends a whole IPv6 packet. Its source is the client's address; what cannot be sent is counted, or
   * answered by an ICMPv6 error as a router would.
   */
  send(ipv6: Uint8Array): void {
    this.#driver.send(ipv6);
  }

  /**
   * Sends an echo request and waits for what comes of it; `refused` where a client sends nothing, as to its
   * own address and to those that are not public.
   *
   * @param destination 16 octets
   * @param patience how long an answer is waited for, in milliseconds
   */
  ping(destination: Uint8Array, patience: number): Promise<EchoOutcome | "not_qualified"> {
    const { address } = this;
    if (address === undefined) return Promise.resolve("not_qualified");
    return this.#assembly.link.ping(address, destination, patience, (ipv6) => {
      this.send(ipv6);
      // Whoever is sent to, or looked for, is a peer from then on.
      return this.status().peers.some((peer) => isSameIpv6(peer.address, 0, destination));
    });
  }

  /** Asks the server at once whether the mapping is still the same. */
  requalify(): void {
    this.#driver.act((now, sink) => this.#client.requalify(now, sink));
  }

  /**
   * Goes on with other servers.
   *
   * @throws {ResolveError} none is found; then those that there are stay
   */
  async useServers(servers: readonly GivenServer[]): Promise<void> {
    const { options, context } = this.#assembly;
    const found = directoryOf(servers, options, context);
    await found.find();
    this.#servers = found;
    this.#turnToServers();
  }

  /** The name of the server whose primary address this is, as it was given; else the address. */
  nameOf(primary: Ipv4Address): string {
    return this.#servers.nameOf(primary);
  }

  #onEvent(event: ClientEvent): void {
    const { options, side } = this.#assembly;
    switch (event.type) {
      case "qualified":
        side?.up?.(event.address, event.mtu);
        if (this.#hasAddress) this.#qualified = newPromise();
        this.#hasAddress = true;
        this.#qualified.resolve(event.address);
        break;
      case "offline":
      case "disabled":
        side?.down?.();
        if (this.#hasAddress) this.#qualified = newPromise();
        this.#hasAddress = false;
        if (event.type === "offline") this.#lookUpServers();
    }
    options.onEvent?.(event);
  }

  #onNetworkChange(): void {
    const { options: { isNeeded, onNetworkChange }, context, group } = this.#assembly;
    context.globalUnicast.attach(localAddresses());
    group?.join();
    const isResting = this.status().state === "disabled";
    if (isNeeded !== undefined && !isNeeded()) {
      this.#driver.act((_now, sink) => this.#client.disable(sink));
    } else {
      this.#driver.act((now, sink) => {
        if (isResting) this.#client.enable(now, sink);
        else this.#client.requalify(now, sink);
      });
      this.#lookUpServers();
    }
    onNetworkChange?.();
  }

  #lookUpServers(): void {
    const asked = this.#servers;
    asked.refresh(() => {
      if (asked === this.#servers) this.#turnToServers();
    });
  }

  /** The preferred server may not have been found yet, or have moved while another was in use. */
  async #lookUpFromTimeToTime(ending: AbortSignal): Promise<void> {
    const timer = setInterval(() => {
      if (!this.#servers.isSettledOn(this.status().server)) this.#lookUpServers();
    }, LOOK_UP_INTERVAL);
    await aborted(ending);
    clearInterval(timer);
  }

  #turnToServers(): void {
    const { addresses } = this.#servers;
    this.#driver.act((now, sink) => this.#client.useServers(addresses, now, sink));
  }
}

/** What stays as it was at the start. */
interface Assembly {
  readonly options: TeredoClientOptions;
  readonly context: NodeContext;
  readonly side: HostSide | undefined;
  readonly group: DiscoveryGroup | undefined;
  readonly link: EchoLink;
  readonly local: Endpoint;
}

interface ClientParts {
  readonly client: Client;
  readonly servers: ServerDirectory;
  readonly stream: PacketStream;
  readonly assembly: Assembly;
}

/** A promise whose rejection is nobody's fault if nobody waits for it. */
function newPromise<T>(): PromiseWithResolvers<T> {
  const made = Promise.withResolvers<T>();
  made.promise.catch(() => {});
  return made;
}

function directoryOf(
  servers: readonly GivenServer[],
  { checkServer = refuseUnreachable }: TeredoClientOptions,
  { globalUnicast, log }: NodeContext,
): ServerDirectory {
  const names = servers.map(({ primary, secondary }) => new ServerName(primary, secondary));
  const check: CheckServer = (addresses) => checkServer(addresses, globalUnicast);
  return new ServerDirectory(names, check, log);
}

/** @throws one of the two addresses is outside of the network, or they are the same */
function refuseUnreachable(
  { primary, secondary }: ServerAddresses,
  reachable: GlobalUnicast,
): void {
  const outside = [primary, secondary].find((address) => !reachable.has(address));
  if (outside !== undefined) {
    throw new RangeError(
      `Cannot use the server at ${
        formatIpv4(outside)
      }: the client's network does not have the address`,
    );
  }
  if (primary === secondary) {
    throw new RangeError(
      `Cannot use the server at ${formatIpv4(primary)}: its secondary address is the same`,
    );
  }
}
