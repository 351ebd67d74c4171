/**
 * A Teredo server to embed.
 *
 * @module
 */

import { RawLink } from "../io/host/raw_link.ts";
import { SplitLink } from "../io/host/split_link.ts";
import { localAddresses } from "../io/network/local_addresses.ts";
import type { UdpSocket } from "../ffi/udp_socket.ts";
import { TEREDO_PORT } from "../protocol/constants.ts";
import type { FastPath, Machine } from "../protocol/machine.ts";
import type { RelayEvent } from "../relay/relay.ts";
import type { RelayLimits } from "../relay/relay_limits.ts";
import type { RelayStatus } from "../relay/relay_status.ts";
import type { Random } from "../protocol/random.ts";
import { ProvedEndpoints } from "../protocol/proved_endpoints.ts";
import { Server } from "../server/server.ts";
import { SERVER_DEFAULTS, type ServerConfig, type ServerSocket } from "../server/server_config.ts";
import type { ServerEvent } from "../server/server_event.ts";
import type { ServerStatus } from "../server/server_status.ts";
import { ServerWithRelay, type ServerWithRelayStatus } from "../server/server_with_relay.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { EmbeddedRelay, type EmbeddedRelaySettings } from "./embedded_relay.ts";
import type { GatewayPolicy } from "./gateway_policy.ts";
import { openNetworkWatch } from "./network_watch.ts";
import {
  type HostSide,
  type NodeContext,
  nodeContext,
  type Opener,
  openHost,
} from "./node_context.ts";
import type { NodeListeners, NodeOptions } from "./node_options.ts";
import type { Rehearsal } from "./rehearsal/rehearsal.ts";
import type { Setting } from "./rehearsal/scene.ts";
import { ServerScene } from "./rehearsal/server_scene.ts";
import { ServerWithRelayScene } from "./rehearsal/server_with_relay_scene.ts";
import { type OpenNode, openNode, TeredoNode } from "./teredo_node.ts";

/**
 * Room for the datagrams that wait while others have the processor, in octets. The kernel counts 768
 * octets for a short datagram and doubles what it is asked for, so a flood of 100,000 a second fills
 * this in 0.4 s.
 */
const RECEIVE_BUFFER = 16 * 1024 * 1024;

/** All IPv6 addresses. */
const EVERYWHERE = { address: new Uint8Array(16), length: 0 };

/** What may change while a server runs. */
export interface ServerPolicy extends
  Pick<
    ServerConfig,
    "secrets" | "advertisedMtu" | "requireNonce" | "acceptPortMismatch" | "limits"
  > {}

/**
 * What may change while a server runs, also of its relay or gateway: a server that has none gets
 * none by it, and what is left out stays.
 */
export interface ServerReload extends ServerPolicy {
  /** The rules of the gateway. */
  readonly gateway?: GatewayPolicy | undefined;
  /** The limits of the relay. */
  readonly relayLimits?: RelayLimits | undefined;
}

/** What a server and its relay report. */
export type AnyServerEvent = ServerEvent | RelayEvent;

/** The state of a server, alone or with a relay. */
export type AnyServerStatus = ServerStatus | ServerWithRelayStatus<RelayStatus>;

/** Options of a server to embed. */
export interface TeredoServerOptions<
  RelayHost extends HostSide | undefined = HostSide | undefined,
> extends NodeOptions, ServerPolicy, Pick<ServerConfig, "port"> {
  /** The address that names the server: its clients carry it in their IPv6 addresses. */
  readonly primary: Ipv4Address;
  /**
   * The second address. Without it clients qualify, but those that know of no server with one
   * address do not, and nobody learns whether a NAT is symmetric.
   */
  readonly secondary?: Ipv4Address | undefined;
  /**
   * The addresses of this host that the sockets are opened at, where the public ones are translated
   * on the way (1:1 NAT, as in most clouds); the public ones by default.
   */
  readonly bind?: ServerBind | undefined;
  /**
   * Opens the way to native IPv6, such as {@linkcode rawIpv6}. Without it clients reach one
   * another, but no native hosts.
   */
  readonly host?: Opener<HostSide> | undefined;
  /** A relay that shares the primary socket. */
  readonly relay?: EmbeddedRelaySettings<RelayHost> | undefined;
}

/** Where a server's sockets are opened. */
export interface ServerBind {
  readonly primary: Ipv4Address;
  readonly secondary?: Ipv4Address | undefined;
}

type AnyServer =
  & Machine<ServerSocket, AnyServerEvent, AnyServerStatus>
  & Pick<Server, "reconfigure">;

/**
 * A Teredo server (RFC 4380 §5.3) on this host, with its sockets.
 *
 * It needs `--unstable-net`, `--allow-net` and `--allow-sys=networkInterfaces`. With `--allow-ffi`
 * it moves datagrams in batches, on Linux; with {@linkcode rawIpv6} or {@linkcode relayTun} it
 * needs more.
 */
export class TeredoServer<RelayHost extends HostSide | undefined = HostSide | undefined>
  extends TeredoNode<ServerSocket, AnyServerEvent, AnyServerStatus> {
  /** The relay's side of the host, as its opener made it. */
  readonly relayHost: RelayHost;
  readonly #context: NodeContext;
  readonly #relay: EmbeddedRelay | undefined;
  readonly #machine: AnyServer;
  readonly #config: ServerConfig;
  #policy: ServerPolicy;

  /**
   * Opens everything that the server needs. Nothing is sent or received before {@linkcode
   * TeredoNode.start}.
   *
   * @throws {ListenError} a socket cannot be opened
   * @throws the reason of `signal` when it has aborted
   */
  static open<RelayHost extends HostSide | undefined = undefined>(
    options: TeredoServerOptions<RelayHost>,
  ): Promise<TeredoServer<RelayHost>> {
    return openNode(options, (resources) => {
      const context = nodeContext(options);
      const native = openHost<HostSide | undefined>(options.host, context, resources);
      const sockets = openServerSockets(options, context, resources);
      const relayHost = openHost(options.relay?.host, context, resources);
      const watch = resources.use(openNetworkWatch(relayHost?.own, context, options));
      return new TeredoServer({ options, context, native, sockets, relayHost, watch, resources });
    });
  }

  /** Opens a server and starts it. Throws what {@linkcode open} throws. */
  static async start<RelayHost extends HostSide | undefined = undefined>(
    options: TeredoServerOptions<RelayHost> & NodeListeners<AnyServerEvent>,
  ): Promise<TeredoServer<RelayHost>> {
    const server = await TeredoServer.open(options);
    server.start(options);
    return server;
  }

  private constructor(open: OpenServer<RelayHost>) {
    const { options, context, native, sockets, relayHost } = open;
    const config = fixedConfig(options, context);
    const relay = relayOf(open, config.proofs);
    const policy = policyOf(options);
    const { machine, fastPath } = machineOf(presentConfig(config, policy), relay);
    super({
      ...open,
      machine,
      sockets,
      link: relay?.linkWith(native?.link) ?? native?.link,
      bulk: fastPath && { fastPath, via: "primary" },
    });
    this.relayHost = relayHost;
    this.#context = context;
    this.#relay = relay;
    this.#machine = machine;
    this.#config = config;
    this.#policy = policy;
  }

  /**
   * Applies another policy; what is left out of it has its default. Limits keep their counts unless
   * they change.
   */
  reconfigure(policy: ServerReload): void {
    this.#policy = policyOf(policy);
    this.#machine.reconfigure(presentConfig(this.#config, this.#policy));
    const { gateway, relayLimits } = policy;
    if (gateway !== undefined) this.#relay?.reconfigure(gateway);
    if (relayLimits !== undefined) this.#relay?.relay.useLimits(relayLimits);
  }

  /** @ignore */
  protected override rehearsal():
    | Rehearsal<ServerSocket, AnyServerEvent, AnyServerStatus>
    | undefined {
    const own = { primary: TEREDO_PORT, secondary: TEREDO_PORT };
    const relay = this.#relay;
    if (relay === undefined) {
      // What a real one sends leaves the host.
      const native = new RawLink({ send: () => "sent", close: () => {} }, this.#context.errors);
      const scene = (setting: Setting<ServerSocket>) => new ServerScene(setting);
      return { own, scene, host: () => native, offload: undefined };
    }
    return {
      own,
      scene: (setting) => new ServerWithRelayScene(setting, relay.relay.isGateway),
      host: (link) => relay.relay.isGateway ? link : new SplitLink(link, [EVERYWHERE], undefined),
      offload: this.relayHost?.offload,
    };
  }

  protected override handleNetworkChange(): void {
    this.#context.globalUnicast.attach(localAddresses());
    this.#machine.reconfigure(presentConfig(this.#config, this.#policy));
    this.#relay?.update();
  }
}

type ServerSockets = Partial<Record<ServerSocket, UdpSocket>>;

interface OpenServer<RelayHost> extends OpenNode {
  readonly options: TeredoServerOptions;
  readonly native: HostSide | undefined;
  readonly sockets: ServerSockets;
  readonly relayHost: RelayHost;
}

function openServerSockets(
  { primary, secondary, bind, port = SERVER_DEFAULTS.port }: TeredoServerOptions,
  { udp }: NodeContext,
  resources: DisposableStack,
): ServerSockets {
  const open = (address: Ipv4Address) =>
    resources.adopt(udp.open(address, port, RECEIVE_BUFFER), (socket) => socket.close());
  const second = secondary === undefined ? undefined : bind?.secondary ?? secondary;
  return {
    primary: open(bind?.primary ?? primary),
    ...second !== undefined && { secondary: open(second) },
  };
}

/** The server's relay, if it has one. */
function relayOf(
  { options, context, relayHost }: OpenServer<HostSide | undefined>,
  proofs: ProvedEndpoints | undefined,
): EmbeddedRelay | undefined {
  const { primary, secondary, relay } = options;
  if (relay === undefined || relayHost === undefined) return undefined;
  const own = secondary === undefined ? [primary] : [primary, secondary];
  const settings = { ...relay, publicAddresses: [...own, ...relay.publicAddresses ?? []] };
  const gateway = { servers: [primary], proofs };
  return new EmbeddedRelay(settings, relayHost, context.globalUnicast, gateway);
}

/** What stays as it is while the server runs. */
function fixedConfig(
  { primary, secondary, relay, secrets, port = SERVER_DEFAULTS.port }: TeredoServerOptions,
  { globalUnicast }: NodeContext,
): ServerConfig {
  const proofs = relay?.gateway && secrets && new ProvedEndpoints();
  const random: Random = (bytes) => crypto.getRandomValues(bytes);
  return { primary, secondary, port, globalUnicast, random, proofs };
}

/** The configuration by a policy, with the addresses that the host has now. */
function presentConfig(fixed: ServerConfig, policy: ServerPolicy): ServerConfig {
  const ownAddresses = localAddresses().map(({ address }) => address);
  return { ...fixed, ...policy, ownAddresses };
}

/** With a relay, the bulk of the packets takes a fast path. */
function machineOf(
  config: ServerConfig,
  relay: EmbeddedRelay | undefined,
): { readonly machine: AnyServer; readonly fastPath: FastPath | undefined } {
  if (relay === undefined) return { machine: new Server(config), fastPath: undefined };
  const both = new ServerWithRelay<RelayEvent, RelayStatus>(config, relay.relay);
  return { machine: both, fastPath: both };
}

function policyOf(
  { secrets, advertisedMtu, requireNonce, acceptPortMismatch, limits }: ServerPolicy,
): ServerPolicy {
  return { secrets, advertisedMtu, requireNonce, acceptPortMismatch, limits };
}
