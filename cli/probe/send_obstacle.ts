/**
 * Why a server is silent, as far as this host or the network says so.
 *
 * @module
 */

import { findSource, socketOptions } from "../../ffi/open.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { formatIpv4, type Ipv4Address } from "../../wire/ipv4_address.ts";

/**
 * - `no_route`: this host has no route to the server
 * - `forbidden`: it has one, and refuses to send
 * - `port_closed`: the server's host, or a firewall in front of it, rejects the datagrams
 * - `unreachable`: a router says that the server's host can't be reached
 */
export type SendObstacle = "no_route" | "forbidden" | "port_closed" | "unreachable";

/** How long to wait for an ICMP error, in milliseconds. */
const TIMEOUT = 1_000;

/** Not a Teredo packet, which a server drops: what matters is who refuses it. */
const DATAGRAM = new Uint8Array(1);

/** What the errors of sockets mean. */
const MEANINGS: Readonly<Partial<Record<string, SendObstacle>>> = {
  ECONNREFUSED: "port_closed",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
};

/** Looks for what keeps datagrams from a server that is silent; `undefined` if nothing says so. */
export async function findObstacle(server: Ipv4Address): Promise<SendObstacle | undefined> {
  if (findSource(server) === undefined) return "no_route";
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
  using _ = { [Symbol.dispose]: () => socket.close() };
  const { hostname, port } = socket.addr as Deno.NetAddr;
  socketOptions()?.reportErrors(hostname, port);
  const to = { transport: "udp", hostname: formatIpv4(server), port: TEREDO_PORT } as const;
  try {
    await socket.send(DATAGRAM, to);
  } catch (error) {
    return MEANINGS[codeOf(error)] ?? "forbidden";
  }
  return await errorOf(socket);
}

/** The first error that comes back, if one does in time. */
async function errorOf(socket: Deno.DatagramConn): Promise<SendObstacle | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), TIMEOUT);
  const error = socket.receive().then(() => undefined, codeOf);
  const code = await Promise.race([error, late.promise]);
  clearTimeout(timer);
  return code === undefined ? undefined : MEANINGS[code];
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
