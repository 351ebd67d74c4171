/**
 * A Teredo relay to embed.
 *
 * @module
 */

import { Driver } from "../io/driver.ts";
import { localAddresses } from "../io/network/local_addresses.ts";
import { PacketStream } from "../io/host/packet_stream.ts";
import type { RelayEvent, RelaySocket } from "../relay/relay.ts";
import type { RelayStatus } from "../relay/relay_status.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";
import { reportFault } from "./fault.ts";
import { watchNetwork } from "./network_watch.ts";
import type { NodeOptions } from "./node_options.ts";
import { newRelay, relayHost, type RelaySettings } from "./relay_host.ts";
import { type HostSide, nodeContext, type Opener, tasksBeside } from "./node_context.ts";
import { tapped } from "./tap.ts";
import { type NodeParts, TeredoNode } from "./teredo_node.ts";

/** What a relay to embed is told. */
export interface TeredoRelayOptions extends NodeOptions<RelayEvent>, RelaySettings {
  /** The IPv4 address to send from; any of the host's unless given. */
  readonly bind?: Ipv4Address | undefined;
  /** The service port; any that is free unless given. */
  readonly port?: number | undefined;
  /**
   * Opens the relay's side of the host, such as {@linkcode relayTun}. Without it packets from native hosts
   * are handed in by {@linkcode TeredoRelay.send}, and those for them come by
   * {@linkcode TeredoRelay.packets}.
   */
  readonly host?: Opener<HostSide> | undefined;
}

/**
 * A Teredo relay (RFC 4380 §5.4) on this host, with its socket and timers. What it needs is what
 * {@linkcode TeredoClient} needs.
 */
export class TeredoRelay extends TeredoNode<RelaySocket, RelayEvent, RelayStatus> {
  /**
   * Packets of clients for native hosts, one a chunk, while the relay has no other way to them. Those that
   * nobody reads are kept, up to 256, and then refused.
   */
  readonly packets: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The address and port that its service port is bound to. */
  readonly local: Endpoint;
  readonly #driver: Driver<RelaySocket, RelayEvent, RelayStatus>;

  /**
   * Opens all that the relay needs and starts it.
   *
   * @throws {ListenError} the socket cannot be opened
   * @throws the reason of `signal` when it has aborted
   */
  // deno-lint-ignore require-await -- as every node starts
  static async start(options: TeredoRelayOptions): Promise<TeredoRelay> {
    const { signal, tap, onEvent, onNetworkChange } = options;
    signal?.throwIfAborted();
    using stack = new DisposableStack();
    const context = nodeContext(options);
    const stream = new PacketStream();
    const side = options.host && stack.use(options.host(context));
    if (side !== undefined) stream.close();
    const relay = newRelay(options, context.globalUnicast);
    const watch = stack.use(
      watchNetwork({
        own: side?.own,
        poller: context.poller,
        ffi: options.ffi ?? true,
        onChange: () => {
          context.globalUnicast.attach(localAddresses());
          relay.useHost(relayHost(options));
          onNetworkChange?.();
        },
      }),
    );
    const service = stack.adopt(
      context.udp.open(options.bind ?? ipv4Address(0), options.port ?? 0),
      (socket) => socket.close(),
    );
    const driver = new Driver<RelaySocket, RelayEvent, RelayStatus>({
      machine: relay,
      sockets: tapped({ service }, tap),
      host: side?.link ?? stream,
      bulk: { fastPath: relay, via: "service" },
      onEvent: (event) => onEvent?.(event),
      onFault: options.onFault ?? reportFault(context.log),
      counters: context.counters,
    });
    const tasks = tasksBeside(context, watch, options);
    const parts = { driver, tasks, resources: stack.move(), signal };
    return new TeredoRelay(parts, stream, service.local);
  }

  private constructor(
    parts: NodeParts<RelaySocket, RelayEvent, RelayStatus>,
    stream: PacketStream,
    local: Endpoint,
  ) {
    super(parts);
    this.#driver = parts.driver;
    this.packets = stream.packets;
    this.local = local;
    this.finished.then(() => stream.close(), (error) => stream.fail(error));
  }

  /** Takes a whole IPv6 packet from a native host to a client. What cannot be sent is counted. */
  send(ipv6: Uint8Array): void {
    this.#driver.send(ipv6);
  }
}
