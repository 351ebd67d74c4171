/**
 * Something between a node and its sockets.
 *
 * @module
 */

import type { UdpSocket } from "../ffi/udp_socket.ts";

/** The socket that the node uses: the given one, or what `tap` puts in its place. */
export function tappedSocket(
  socket: UdpSocket,
  tap: ((socket: UdpSocket) => UdpSocket) | undefined,
): UdpSocket {
  return tap === undefined ? socket : tap(socket);
}

/** The same for all sockets that are open from the start. */
export function tapped<Sockets extends Readonly<Record<string, UdpSocket | undefined>>>(
  sockets: Sockets,
  tap: ((socket: UdpSocket) => UdpSocket) | undefined,
): Sockets {
  if (tap === undefined) return sockets;
  const entries = Object.entries(sockets).map(([name, socket]) => [name, socket && tap(socket)]);
  return Object.fromEntries(entries);
}
