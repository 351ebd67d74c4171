/**
 * The sockets of a client: one always, two more for functions that are off by default, and random
 * ports while it runs.
 *
 * @module
 */

import type { ClientSocket } from "../client/client_sink.ts";
import { socketOptions } from "../ffi/open.ts";
import { platform } from "../ffi/platform.ts";
import { DiscoveryGroup } from "../io/udp/discovery_group.ts";
import type { UdpSocket } from "../ffi/udp_socket.ts";
import { DISCOVERY_GROUP, TEREDO_PORT } from "../protocol/constants.ts";
import { addressOf, portOf } from "../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";
import { ListenError } from "./listen_error.ts";
import type { NodeContext } from "./node_context.ts";

/** Where a client sends from. */
export interface ClientSocketOptions {
  /** The IPv4 address to send from; any address of this host by default. */
  readonly bind?: Ipv4Address | undefined;
  /**
   * The service port; any free port by default: equal ports of two hosts behind one NAT would look
   * like a symmetric NAT (RFC 4380 §5.2).
   */
  readonly port?: number | undefined;
  /**
   * Whether to look for a longer refresh interval with a second port, RFC 4380 §5.2.7; false by
   * default.
   */
  readonly determineRefreshInterval?: boolean | undefined;
  /**
   * Whether to meet other clients on the link, which learn this client's address, RFC 4380 §5.2.8;
   * false by default.
   */
  readonly localDiscovery?: boolean | undefined;
}

/** The sockets of a client. Disposal closes them. */
export interface ClientSockets extends Disposable {
  readonly sockets: Partial<Record<ClientSocket, UdpSocket>> & { readonly service: UdpSocket };
  /**
   * Opens a random port (RFC 6081 §5.4), on any free port of the same address.
   *
   * @throws {ListenError} it cannot be opened
   */
  readonly openSocket: () => UdpSocket;
  /** The group of local discovery, which the client has joined. */
  readonly group: DiscoveryGroup | undefined;
}

/**
 * Opens the sockets.
 *
 * @throws {ListenError} a socket cannot be opened
 */
export async function openClientSockets(
  { bind, port, determineRefreshInterval, localDiscovery }: ClientSocketOptions,
  context: NodeContext,
): Promise<ClientSockets> {
  using resources = new DisposableStack();
  const adopt = (socket: UdpSocket) => resources.adopt(socket, (socket) => socket.close());
  const openSocket = (port = 0) => context.udp.open(bind ?? ipv4Address(0), port);
  const open = (port: number) => adopt(openSocket(port));
  const service = open(port ?? 0);
  const group = localDiscovery ? newGroup(context) : undefined;
  const discovery = group && adopt(group.socket);
  const secondary = determineRefreshInterval ? open(0) : undefined;
  if (group !== undefined) await joinGroup(group, service);
  const opened = resources.move();
  const sockets = { service, ...secondary && { secondary }, ...discovery && { discovery } };
  return {
    sockets,
    openSocket: () => openSocket(),
    group,
    [Symbol.dispose]: () => opened.dispose(),
  };
}

function newGroup({ counters, log }: NodeContext): DiscoveryGroup {
  try {
    return new DiscoveryGroup(counters, log, platform.bindsToGroups);
  } catch (error) {
    throw new ListenError(DISCOVERY_GROUP, TEREDO_PORT, error);
  }
}

/** What `service` sends to the group must not leave the link. */
async function joinGroup(group: DiscoveryGroup, service: UdpSocket): Promise<void> {
  socketOptions()?.keepMulticastOnLink(formatIpv4(addressOf(service.local)), portOf(service.local));
  await group.join();
}
