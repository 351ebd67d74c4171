/**
 * The sockets of a client: one always, two more for what is off unless asked for.
 *
 * @module
 */

import type { ClientSocket } from "../client/qualification.ts";
import { keepMulticastOnLink } from "../ffi/socket_options.ts";
import type { Counters } from "../io/counters.ts";
import { DiscoveryGroup } from "../io/discovery_group.ts";
import type { Log } from "../io/log.ts";
import type { UdpSocket } from "../io/udp.ts";
import { DISCOVERY_GROUP, TEREDO_PORT } from "../protocol/constants.ts";
import { addressOf, portOf } from "../wire/endpoint.ts";
import { formatIpv4, ipv4Address } from "../wire/ipv4_address.ts";
import { CliError } from "./cli_error.ts";
import type { SocketOpener } from "./socket_opener.ts";

/** What a person tells that concerns sockets. */
export interface ClientSocketOptions {
  readonly port: number | undefined;
  readonly determineRefresh: boolean;
  readonly localDiscovery: boolean;
}

/** What is open, and closed by its disposal. */
export interface ClientSockets extends Disposable {
  readonly sockets: Partial<Record<ClientSocket, UdpSocket>> & { readonly service: UdpSocket };
  /** The group of local discovery, joined already. */
  readonly group: DiscoveryGroup | undefined;
}

/**
 * Opens the sockets. The service port is any that is free unless it was chosen: equal ports of two
 * hosts behind one NAT would look like a symmetric NAT (RFC 4380 §5.2).
 *
 * @throws {CliError} with the remedy
 */
export async function openClientSockets(
  options: ClientSocketOptions,
  opener: SocketOpener,
  counters: Counters,
  log: Log,
): Promise<ClientSockets> {
  using stack = new DisposableStack();
  const open = (port: number) =>
    stack.adopt(opener.open(ipv4Address(0), port), (socket) => socket.close());
  const service = open(options.port ?? 0);
  const group = options.localDiscovery ? await openGroup(service, counters, log) : undefined;
  if (group !== undefined) stack.defer(() => group.socket.close());
  const sockets = {
    service,
    ...options.determineRefresh && { secondary: open(0) },
    ...group !== undefined && { discovery: group.socket },
  };
  const opened = stack.move();
  return { sockets, group, [Symbol.dispose]: () => opened.dispose() };
}

async function openGroup(
  service: UdpSocket,
  counters: Counters,
  log: Log,
): Promise<DiscoveryGroup> {
  const group = newGroup(counters, log);
  const { local } = service;
  keepMulticastOnLink(formatIpv4(addressOf(local)), portOf(local));
  await group.join();
  return group;
}

function newGroup(counters: Counters, log: Log): DiscoveryGroup {
  try {
    return new DiscoveryGroup(counters, log);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `Cannot look for neighbours at UDP ${
        formatIpv4(DISCOVERY_GROUP)
      }:${TEREDO_PORT}: ${reason}. ` +
        "Leave out --local-discovery, or end what has the port",
    );
  }
}
