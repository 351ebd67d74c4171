/**
 * A Teredo relay to embed.
 *
 * @module
 */

import { PacketStream } from "../io/host/packet_stream.ts";
import { localAddresses } from "../io/network/local_addresses.ts";
import type { UdpSocket } from "../ffi/udp_socket.ts";
import type { Relay, RelayEvent, RelaySocket } from "../relay/relay.ts";
import type { RelayLimits } from "../relay/relay_limits.ts";
import type { RelayStatus } from "../relay/relay_status.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";
import { checkTranslates, gatewayConfig, type GatewayPolicy } from "./gateway_policy.ts";
import { openNetworkWatch } from "./network_watch.ts";
import { type HostSide, nodeContext, type Opener, openHost } from "./node_context.ts";
import type { NodeListeners, NodeOptions } from "./node_options.ts";
import { newRelay, relayHost, type RelaySettings } from "./host/relay_host.ts";
import type { Rehearsal } from "./rehearsal/rehearsal.ts";
import { RelayScene } from "./rehearsal/relay_scene.ts";
import { type OpenNode, openNode, TeredoNode } from "./teredo_node.ts";

/** Options of a relay to embed. */
export interface TeredoRelayOptions<Host extends HostSide | undefined = HostSide | undefined>
  extends NodeOptions, RelaySettings {
  /** The IPv4 address to send from; any address of this host by default. */
  readonly bind?: Ipv4Address | undefined;
  /** The service port; any free port by default. */
  readonly port?: number | undefined;
  /**
   * Opens the relay's side of the host, such as {@linkcode relayTun}. Without it, the program hands
   * packets from native hosts to {@linkcode TeredoRelay.send} and reads packets for them from
   * {@linkcode TeredoRelay.packets}.
   */
  readonly host?: Opener<Host> | undefined;
  /**
   * Makes it a gateway, which serves clients though nobody routes 2001::/32 here. Its side of the
   * host is then {@linkcode gatewayTun}, and the servers of its clients send their connectivity
   * tests by way of this host.
   */
  readonly gateway?: GatewayPolicy | undefined;
}

/**
 * A Teredo relay (RFC 4380 §5.4) on this host, with its socket and timers. It needs the same
 * permissions as {@linkcode TeredoClient}.
 */
export class TeredoRelay<Host extends HostSide | undefined = HostSide | undefined>
  extends TeredoNode<RelaySocket, RelayEvent, RelayStatus> {
  /**
   * Packets of clients for native hosts, one in each chunk, while the relay has no other way to
   * them. Up to 256 packets wait to be read; more are refused.
   */
  readonly packets: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The address and port that the service port is bound to. */
  readonly local: Endpoint;
  /** The relay's side of the host, as its opener made it. */
  readonly host: Host;
  readonly #relay: Relay;
  readonly #open: OpenRelay<Host>;

  /**
   * Opens everything that the relay needs. Nothing is sent or received before {@linkcode
   * TeredoNode.start}.
   *
   * @throws {ListenError} the socket cannot be opened
   * @throws the reason of `signal` when it has aborted
   */
  static open<Host extends HostSide | undefined = undefined>(
    options: TeredoRelayOptions<Host>,
  ): Promise<TeredoRelay<Host>> {
    return openNode(options, (resources) => {
      const { bind = ipv4Address(0), port = 0 } = options;
      const context = nodeContext(options);
      const host = openHost(options.host, context, resources);
      const watch = resources.use(openNetworkWatch(host?.own, context, options));
      const service = resources.adopt(context.udp.open(bind, port), (socket) => socket.close());
      return new TeredoRelay({ options, context, host, watch, service, resources });
    });
  }

  /** Opens a relay and starts it. Throws what {@linkcode open} throws. */
  static async start<Host extends HostSide | undefined = undefined>(
    options: TeredoRelayOptions<Host> & NodeListeners<RelayEvent>,
  ): Promise<TeredoRelay<Host>> {
    const relay = await TeredoRelay.open(options);
    relay.start(options);
    return relay;
  }

  private constructor(open: OpenRelay<Host>) {
    const { options, context, host, service } = open;
    const gateway = options.gateway && gatewayConfig(options.gateway, undefined, true);
    if (gateway !== undefined) checkTranslates(host);
    const relay = newRelay(options, context.globalUnicast, gateway);
    const stream = new PacketStream();
    super({
      ...open,
      machine: relay,
      sockets: { service },
      link: host?.link ?? stream,
      bulk: { fastPath: relay, via: "service" },
    });
    this.#relay = relay;
    this.#open = open;
    this.packets = stream.packets;
    this.local = service.local;
    this.host = host;
    if (host !== undefined) stream.close();
    this.finished.then(() => stream.close(), (error) => stream.fail(error));
  }

  /**
   * Takes a whole IPv6 packet from a native host to a client. Packets that cannot be sent are
   * counted.
   */
  send(ipv6: Uint8Array): void {
    this.driver.send(ipv6);
  }

  /** Goes on as a gateway by other rules. */
  reconfigure(policy: GatewayPolicy): void {
    this.#relay.reconfigure(gatewayConfig(policy, undefined, true));
  }

  /** Goes on with other limits, which keep their counts unless they change. */
  useLimits(limits: RelayLimits): void {
    this.#relay.useLimits(limits);
  }

  /** @ignore */
  protected override rehearsal(): Rehearsal<RelaySocket, RelayEvent, RelayStatus> | undefined {
    if (this.host?.own === undefined) return undefined;
    return {
      own: { service: 0 },
      scene: (setting) => new RelayScene(setting, this.#relay.isGateway),
      host: (link) => link,
      offload: this.host.offload,
    };
  }

  protected override handleNetworkChange(): void {
    const { options, context } = this.#open;
    context.globalUnicast.attach(localAddresses());
    this.#open.host?.handleNetworkChange?.();
    this.#relay.useHost(relayHost(options));
  }
}

interface OpenRelay<Host> extends OpenNode {
  readonly options: TeredoRelayOptions;
  readonly host: Host;
  readonly service: UdpSocket;
}
