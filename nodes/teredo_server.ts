/**
 * A Teredo server to embed.
 *
 * @module
 */

import { Driver } from "../io/driver.ts";
import type { HostLink } from "../io/host/host_link.ts";
import { localAddresses } from "../io/network/local_addresses.ts";
import { SplitLink } from "../io/host/split_link.ts";
import type { FastPath, Machine } from "../protocol/machine.ts";
import type { Relay, RelayEvent } from "../relay/relay.ts";
import type { RelayStatus } from "../relay/relay_status.ts";
import { Server } from "../server/server.ts";
import { SERVER_DEFAULTS, type ServerConfig, type ServerSocket } from "../server/server_config.ts";
import type { ServerEvent } from "../server/server_event.ts";
import type { ServerStatus } from "../server/server_status.ts";
import { ServerWithRelay, type ServerWithRelayStatus } from "../server/server_with_relay.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { reportFault } from "./fault.ts";
import { watchNetwork } from "./network_watch.ts";
import type { NodeOptions } from "./node_options.ts";
import { newRelay, relayHost, type RelaySettings, servedBy } from "./relay_host.ts";
import {
  type HostContext,
  type HostSide,
  nodeContext,
  type Opener,
  tasksBeside,
} from "./node_context.ts";
import { tapped } from "./tap.ts";
import { type NodeParts, TeredoNode } from "./teredo_node.ts";

/** A relay on the sockets of a server, RFC 4380 §5.4.3. */
export interface RelayBeside extends RelaySettings {
  /** Opens the relay's side of the host, such as {@linkcode relayTun}. */
  readonly host: Opener<HostSide>;
}

/** What may change while a server runs. */
export type ServerPolicy = Pick<
  ServerConfig,
  "secrets" | "advertisedMtu" | "requireNonce" | "acceptPortMismatch" | "limits"
>;

/** What a server reports, and the relay beside it. */
export type AnyServerEvent = ServerEvent | RelayEvent;

/** What a server to embed is told. */
export interface TeredoServerOptions
  extends NodeOptions<AnyServerEvent>, ServerPolicy, Pick<ServerConfig, "port"> {
  /** The address that names the server: its clients carry it in their IPv6 addresses. */
  readonly primary: Ipv4Address;
  /** The second address, which most clients insist on. */
  readonly secondary?: Ipv4Address | undefined;
  /**
   * Opens the way to native IPv6, such as {@linkcode rawIpv6}. Without it clients reach one another, and no
   * native hosts.
   */
  readonly host?: Opener<HostSide> | undefined;
  /** A relay that shares the primary socket. */
  readonly relay?: RelayBeside | undefined;
}

/** What a server tells about itself: one alone, or one with a relay. */
export type AnyServerStatus = ServerStatus | ServerWithRelayStatus<RelayStatus>;

type AnyServer =
  & Machine<ServerSocket, AnyServerEvent, AnyServerStatus>
  & Pick<Server, "reconfigure">;

/**
 * A Teredo server (RFC 4380 §5.3) on this host, with its sockets.
 *
 * It needs `--unstable-net`, `--allow-net` and `--allow-sys=networkInterfaces`. With `--allow-ffi` it moves
 * datagrams in batches, on Linux; with {@linkcode rawIpv6} or {@linkcode relayTun} it needs more.
 */
export class TeredoServer extends TeredoNode<ServerSocket, AnyServerEvent, AnyServerStatus> {
  readonly #machine: AnyServer;
  readonly #fixed: ServerConfig;

  /**
   * Opens all that the server needs and starts it.
   *
   * @throws {ListenError} a socket cannot be opened
   * @throws the reason of `signal` when it has aborted
   */
  // deno-lint-ignore require-await -- as every node starts
  static async start(options: TeredoServerOptions): Promise<TeredoServer> {
    const { primary, secondary, port = SERVER_DEFAULTS.port, signal } = options;
    signal?.throwIfAborted();
    using stack = new DisposableStack();
    const context = nodeContext(options);
    const open = (address: Ipv4Address) =>
      stack.adopt(context.udp.open(address, port), (socket) => socket.close());
    const native = options.host && stack.use(options.host(context));
    const sockets = {
      primary: open(primary),
      ...secondary !== undefined && { secondary: open(secondary) },
    };
    const relay = options.relay && openRelay(options.relay, context, stack);
    const watch = stack.use(
      watchNetwork({
        own: relay?.side.own,
        poller: context.poller,
        ffi: options.ffi ?? true,
        onChange: () => {
          context.globalUnicast.attach(localAddresses());
          relay?.look();
          options.onNetworkChange?.();
        },
      }),
    );
    const fixed = {
      primary,
      secondary,
      port,
      globalUnicast: context.globalUnicast,
      ownAddresses: localAddresses().map(({ address }) => address),
    };
    const { machine, fastPath } = roleOf({ ...fixed, ...policyOf(options) }, relay?.relay);
    const driver = new Driver<ServerSocket, AnyServerEvent, AnyServerStatus>({
      machine,
      sockets: tapped(sockets, options.tap),
      host: relay?.linkWith(native?.link) ?? native?.link,
      bulk: fastPath && { fastPath, via: "primary" },
      onEvent: (event) => options.onEvent?.(event),
      onFault: options.onFault ?? reportFault(context.log),
      counters: context.counters,
    });
    const tasks = tasksBeside(context, watch, options);
    const parts = { driver, tasks, resources: stack.move(), signal };
    return new TeredoServer(parts, machine, fixed);
  }

  private constructor(
    parts: NodeParts<ServerSocket, AnyServerEvent, AnyServerStatus>,
    machine: AnyServer,
    fixed: ServerConfig,
  ) {
    super(parts);
    this.#machine = machine;
    this.#fixed = fixed;
  }

  /** Goes on by other settings; what is left out has its default. Limits go on counting unless changed. */
  reconfigure(policy: ServerPolicy): void {
    this.#machine.reconfigure({ ...this.#fixed, ...policyOf(policy) });
  }
}

/** A relay without its socket. */
interface OpenedRelay {
  readonly relay: Relay;
  readonly side: HostSide;
  /** The way to the host of server and relay together; `others` is the server's own. */
  linkWith(others: HostLink | undefined): HostLink;
  /** The host's addresses are others now. */
  look(): void;
}

function openRelay(
  options: RelayBeside,
  context: HostContext,
  stack: DisposableStack,
): OpenedRelay {
  const side = stack.use(options.host(context));
  const relay = newRelay(options, context.globalUnicast);
  return {
    relay,
    side,
    linkWith: (others) => new SplitLink(side.link, servedBy(options), others),
    look: () => relay.useHost(relayHost(options)),
  };
}

/** With a relay, the bulk of the packets has a path of its own. */
function roleOf(
  config: ServerConfig,
  relay: Relay | undefined,
): { readonly machine: AnyServer; readonly fastPath: FastPath | undefined } {
  if (relay === undefined) return { machine: new Server(config), fastPath: undefined };
  const both = new ServerWithRelay<RelayEvent, RelayStatus>(config, relay);
  return { machine: both, fastPath: both };
}

function policyOf(
  { secrets, advertisedMtu, requireNonce, acceptPortMismatch, limits }: ServerPolicy,
): ServerPolicy {
  return { secrets, advertisedMtu, requireNonce, acceptPortMismatch, limits };
}
