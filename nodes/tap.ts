/**
 * Something between a node and its sockets.
 *
 * @module
 */

import type { UdpSocket } from "../ffi/udp_socket.ts";

/** The sockets that the node uses: the given ones, or what `tap` puts in their place. */
export function tapped<Sockets extends Readonly<Record<string, UdpSocket | undefined>>>(
  sockets: Sockets,
  tap: ((socket: UdpSocket) => UdpSocket) | undefined,
): Sockets {
  if (tap === undefined) return sockets;
  const entries = Object.entries(sockets).map(([name, socket]) => [name, socket && tap(socket)]);
  return Object.fromEntries(entries);
}
