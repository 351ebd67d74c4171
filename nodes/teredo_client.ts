/**
 * A Teredo client to embed.
 *
 * @module
 */

import type { Client } from "../client/client.ts";
import type { ClientEvent } from "../client/client_event.ts";
import type { ClientSocket } from "../client/client_sink.ts";
import type { ClientStatus } from "../client/client_status.ts";
import { findRoute } from "../ffi/open.ts";
import { EchoLink, type EchoOutcome } from "../io/host/echo_link.ts";
import { PacketStream } from "../io/host/packet_stream.ts";
import { localAddresses } from "../io/network/local_addresses.ts";
import { defaultRouter } from "../io/portmap/default_router.ts";
import { aborted, type Task } from "../io/run_together.ts";
import type { ServerDirectory } from "../io/servers/server_directory.ts";
import type { SendTrouble } from "../io/udp/send_watch.ts";
import type { MapperEvent } from "../portmap/mapper_event.ts";
import type { MappingProtocol } from "../portmap/port_mapping.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { isSameIpv6 } from "../wire/ipv6_address.ts";
import { every } from "../timers.ts";
import { AwaitedAddress } from "./awaited_address.ts";
import { ClientMapping, type PortMappingStatus } from "./client_mapping.ts";
import type { ClientListeners, TeredoClientOptions } from "./client_options.ts";
import { type GivenServer, serverDirectory } from "./given_server.ts";
import type { HostSide } from "./node_context.ts";
import { newMachine, type OpenClient, openClient } from "./open_client.ts";
import { ClientScene } from "./rehearsal/client_scene.ts";
import type { Rehearsal } from "./rehearsal/rehearsal.ts";
import { openNode, TeredoNode } from "./teredo_node.ts";

/**
 * How often names are looked up while a server is unknown, or the preferred one is not in use; ms.
 */
const LOOK_UP_INTERVAL = 600_000;

/**
 * A Teredo client (RFC 4380 §5.2) on this host, with its sockets and timers.
 *
 * It asks its server for an address, keeps it, and asks again when that fails, until it is closed.
 *
 * It needs `--unstable-net`, `--allow-net` and `--allow-sys=networkInterfaces`. With `--allow-ffi`
 * it moves datagrams in batches, on Linux; with {@linkcode clientTun} it needs more.
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
export class TeredoClient<Host extends HostSide | undefined = HostSide | undefined>
  extends TeredoNode<ClientSocket, ClientEvent, ClientStatus> {
  /**
   * Packets for this host, one in each chunk, while the client has no other way to the host. Up to
   * 256 packets wait to be read; more are refused.
   */
  readonly packets: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The address and port that the service port is bound to. */
  readonly local: Endpoint;
  /** The client's side of the host, as its opener made it. */
  readonly host: Host;
  readonly #client: Client;
  readonly #open: OpenClient<Host>;
  readonly #echoes: EchoLink;
  readonly #awaited = new AwaitedAddress();
  readonly #mapping: ClientMapping | undefined;
  #servers: ServerDirectory;
  #isNeeded: () => boolean = () => true;
  #onMove: (() => void) | undefined;
  #onPortMapping: ((event: MapperEvent) => void) | undefined;

  /**
   * Opens everything that the client needs, and looks the servers up until one is found: at the
   * start of a host, its network may come later. Nothing else is sent or received before
   * {@linkcode start}.
   *
   * @throws {ListenError} a socket cannot be opened
   * @throws what `checkServer` throws about the servers, unless it is about what a name resolves to
   * @throws the reason of `signal` when it aborts
   */
  static open<Host extends HostSide | undefined = undefined>(
    options: TeredoClientOptions<Host>,
  ): Promise<TeredoClient<Host>> {
    return openNode(options, async (resources) => {
      return new TeredoClient(await openClient(options, resources));
    });
  }

  /** Opens a client and starts it. Throws what {@linkcode open} throws. */
  static async start<Host extends HostSide | undefined = undefined>(
    options: TeredoClientOptions<Host> & ClientListeners,
  ): Promise<TeredoClient<Host>> {
    const client = await TeredoClient.open(options);
    client.start(options);
    return client;
  }

  private constructor(open: OpenClient<Host>) {
    const { host, servers, sockets: { sockets, openSocket } } = open;
    const client = newMachine(open);
    const stream = new PacketStream();
    const echoes = new EchoLink(host?.link ?? stream);
    const bulk = { fastPath: client, via: "service" } as const;
    super({ ...open, machine: client, sockets, openSocket, link: echoes, bulk });
    this.#client = client;
    this.#open = open;
    this.#echoes = echoes;
    this.#servers = servers;
    this.packets = stream.packets;
    this.local = sockets.service.local;
    this.host = host;
    this.#mapping = this.#newMapping();
    if (host !== undefined) stream.close();
    this.finished.then(() => stream.close(), (error) => stream.fail(error))
      .then(() => this.#awaited.end(new Error("The Teredo client has ended")));
  }

  /** Sets the client to work: it asks for an address. Nothing is sent or received before. */
  override start(listeners: ClientListeners = {}): void {
    this.#isNeeded = listeners.isNeeded ?? this.#isNeeded;
    this.#onMove = listeners.onMove;
    this.#onPortMapping = listeners.onPortMapping;
    super.start(listeners);
    if (!this.#isNeeded()) this.driver.act((_now, sink) => this.#client.disable(sink));
  }

  /** The Teredo address (16 octets), while there is one. */
  get address(): Uint8Array | undefined {
    return this.status().address;
  }

  /**
   * The Teredo address (16 octets), as soon as there is one. It rejects when the client ends
   * before; while there is no address, the listener `onEvent` is told why.
   */
  get qualified(): Promise<Uint8Array> {
    return this.#awaited.promise;
  }

  /** The port mapping, if one was asked for. */
  get portMapping(): PortMappingStatus | undefined {
    return this.#mapping?.status();
  }

  /** Asks the router by other protocols from now on; with none, the port mapping is removed. */
  usePortMapping(protocols: readonly MappingProtocol[]): void {
    this.#mapping?.useProtocols(protocols);
  }

  /** What keeps this host from sending anything at all, if something does. */
  get trouble(): SendTrouble | undefined {
    return this.#open.context.udp.trouble;
  }

  /**
   * Sends a whole IPv6 packet, whose source must be the client's address. A packet that cannot be
   * sent is counted, or answered with an ICMPv6 error as a router would answer it.
   */
  send(ipv6: Uint8Array): void {
    this.driver.send(ipv6);
  }

  /**
   * Sends an echo request and waits for its outcome; `refused` where a client sends nothing, such
   * as to its own address and to addresses that are not public.
   *
   * @param destination 16 octets
   * @param timeout how long to wait for an answer, in milliseconds
   */
  ping(destination: Uint8Array, timeout: number): Promise<EchoOutcome | "not_qualified"> {
    const { address } = this;
    if (address === undefined) return Promise.resolve("not_qualified");
    return this.#echoes.ping(address, destination, timeout, (ipv6) => {
      this.send(ipv6);
      // Every destination that is sent to, or looked for, is a peer from then on.
      return this.status().peers.some((peer) => isSameIpv6(peer.address, 0, destination));
    });
  }

  /**
   * The NAT forwards a port to the service port, or no longer does (RFC 6081 §5.3).
   *
   * @param outside the external address and port
   */
  useMapping(outside: Endpoint | undefined): void {
    this.driver.act(() => this.#client.useMapping(outside));
  }

  /** Asks the server at once whether the mapping is still the same. */
  requalify(): void {
    this.driver.act((now, sink) => this.#client.requalify(now, sink));
  }

  /**
   * Turns to other servers.
   *
   * @throws {ResolveError} none is found; then the client keeps those it has
   */
  async useServers(servers: readonly GivenServer[]): Promise<void> {
    const { options, context } = this.#open;
    const found = serverDirectory(servers, options.checkServer, context);
    await found.find();
    this.#servers = found;
    this.#turnToServers();
  }

  /** The name of the server with this primary address, as it was given; otherwise the address. */
  nameOf(primary: Ipv4Address): string {
    return this.#servers.nameOf(primary);
  }

  protected override handleEvent(event: ClientEvent): void {
    switch (event.type) {
      case "qualified":
        this.host?.up?.(event.address, event.mtu);
        this.#awaited.come(event.address);
        this.#mapping?.rest(false);
        this.#mapping?.observe(event.mapping);
        break;
      case "offline":
      case "disabled":
        this.host?.down?.();
        this.#awaited.go();
        this.#mapping?.observe(undefined);
        this.#mapping?.rest(event.type === "disabled");
        if (event.type === "offline") this.#lookUpServers();
    }
  }

  protected override handleNetworkChange(): void {
    const { context, localEndpoint, sockets: { group } } = this.#open;
    context.globalUnicast.attach(localAddresses());
    localEndpoint.forget();
    this.#mapping?.lookForRouter();
    group?.join().catch(this.onFault);
    const isResting = this.status().state === "disabled";
    const isNeeded = this.#isNeeded();
    if (!isNeeded && !isResting) {
      this.driver.act((_now, sink) => this.#client.disable(sink));
    } else if (isNeeded && isResting) {
      this.driver.act((now, sink) => this.#client.enable(now, sink));
      this.#lookUpServers();
    }
  }

  protected override handleMove(): void {
    if (this.status().state === "disabled") return;
    this.#onMove?.();
    this.requalify();
    this.#lookUpServers();
  }

  protected override get destinations(): readonly Ipv4Address[] {
    const { primary, secondary } = this.status().server;
    return [primary, secondary];
  }

  /**
   * Looks the servers up from time to time: the preferred one may not have been found yet, or have
   * moved. Beside that, keeps the port mapped.
   *
   * @ignore
   */
  protected override tasks(): Task[] {
    const mapping = this.#mapping;
    return [
      async (ending) => {
        const end = every(LOOK_UP_INTERVAL, () => {
          if (!this.#servers.isSettledOn(this.status().server)) this.#lookUpServers();
        });
        await aborted(ending);
        end();
      },
      ...mapping === undefined ? [] : [(ending: AbortSignal) => mapping.run(ending)],
    ];
  }

  /** @ignore */
  protected override rehearsal(): Rehearsal<ClientSocket, ClientEvent, ClientStatus> | undefined {
    if (this.host?.own === undefined) return undefined;
    return {
      own: { service: 0 },
      scene: (setting) => new ClientScene(setting),
      host: (link) => new EchoLink(link),
      offload: this.host.offload,
    };
  }

  #newMapping(): ClientMapping | undefined {
    const { options } = this.#open;
    if (options.portMapping === undefined) return undefined;
    const { ffi = true } = options;
    return new ClientMapping({
      options: options.portMapping,
      local: this.local,
      findRouter: () => ffi ? defaultRouter(findRoute) : "router_unknown",
      onEvent: (event) => {
        const isMapped = event.type === "port_mapped" || event.type === "port_renewed";
        this.useMapping(isMapped ? event.mapping.external : undefined);
        try {
          this.#onPortMapping?.(event);
        } catch (error) {
          this.onFault(error);
        }
      },
      onFault: this.onFault,
    });
  }

  #lookUpServers(): void {
    const asked = this.#servers;
    asked.refresh(() => {
      if (asked === this.#servers) this.#turnToServers();
    });
  }

  #turnToServers(): void {
    const { addresses } = this.#servers;
    this.driver.act((now, sink) => this.#client.useServers(addresses, now, sink));
  }
}
