/**
 * The sockets of a client: one always, two more for what is off unless asked for.
 *
 * @module
 */

import type { ClientSocket } from "../client/qualification/qualification.ts";
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
  /** The IPv4 address to send from; any of the host's unless given. */
  readonly bind?: Ipv4Address | undefined;
  /**
   * The service port. Unless given any that is free: equal ports of two hosts behind one NAT would look
   * like a symmetric NAT (RFC 4380 §5.2).
   */
  readonly port?: number | undefined;
  /** Whether a longer refresh interval is looked for with a second port, RFC 4380 §5.2.7. */
  readonly determineRefreshInterval?: boolean | undefined;
  /** Whether to meet other clients on the link, RFC 4380 §5.2.8: it is told the client's address. */
  readonly localDiscovery?: boolean | undefined;
}

/** What is open, and closed by its disposal. */
export interface ClientSockets extends Disposable {
  readonly sockets: Partial<Record<ClientSocket, UdpSocket>> & { readonly service: UdpSocket };
  /** The group of local discovery, joined already. */
  readonly group: DiscoveryGroup | undefined;
}

/**
 * Opens the sockets.
 *
 * @throws {ListenError} one cannot be opened
 */
export async function openClientSockets(
  { bind, port, determineRefreshInterval, localDiscovery }: ClientSocketOptions,
  context: NodeContext,
): Promise<ClientSockets> {
  using stack = new DisposableStack();
  const open = (port: number) =>
    stack.adopt(context.udp.open(bind ?? ipv4Address(0), port), (socket) => socket.close());
  const service = open(port ?? 0);
  const group = localDiscovery ? await openGroup(service, context) : undefined;
  if (group !== undefined) stack.defer(() => group.socket.close());
  const sockets = {
    service,
    ...determineRefreshInterval && { secondary: open(0) },
    ...group !== undefined && { discovery: group.socket },
  };
  const opened = stack.move();
  return { sockets, group, [Symbol.dispose]: () => opened.dispose() };
}

async function openGroup(service: UdpSocket, context: NodeContext): Promise<DiscoveryGroup> {
  const group = newGroup(context);
  const { local } = service;
  socketOptions()?.keepMulticastOnLink(formatIpv4(addressOf(local)), portOf(local));
  await group.join();
  return group;
}

function newGroup({ counters, log }: NodeContext): DiscoveryGroup {
  try {
    return new DiscoveryGroup(counters, log, platform.bindsToGroups);
  } catch (error) {
    throw new ListenError(DISCOVERY_GROUP, TEREDO_PORT, error);
  }
}
