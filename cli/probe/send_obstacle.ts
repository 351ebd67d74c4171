/**
 * Why a server is silent, as far as this host or the network says so.
 *
 * @module
 */

import { findSource, socketOptions } from "../../ffi/open.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";
import { pause } from "../../pause.ts";
import { formatIpv4, type Ipv4Address } from "../../wire/ipv4_address.ts";

/**
 * - `no_route`: this host has no route to the server
 * - `forbidden`: it has one, and refuses to send
 * - `port_closed`: the server's host, or a firewall in front of it, rejects the datagrams
 * - `unreachable`: a router says that the server's host can't be reached
 */
export type SendObstacle = "no_route" | "forbidden" | "port_closed" | "unreachable";

/**
 * When to send, in milliseconds. A host answers at once, and a router tries for 3 s to find a host.
 * Sending fails with the error that came back to an earlier datagram.
 */
const SENDINGS = [0, 300, 3_500] as const;

/** Not a Teredo packet, so a server drops it: only refusals matter. */
const DATAGRAM = new Uint8Array(1);

/** What the errors of sockets mean. */
const MEANINGS: Readonly<Partial<Record<string, SendObstacle>>> = {
  ECONNREFUSED: "port_closed",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
};

/**
 * Looks for what keeps datagrams from a server that is silent; `undefined` if nothing says so, or
 * `signal` aborts.
 */
export async function findObstacle(
  server: Ipv4Address,
  signal: AbortSignal,
): Promise<SendObstacle | undefined> {
  if (findSource(server) === undefined) return "no_route";
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
  using _ = { [Symbol.dispose]: () => socket.close() };
  const { hostname, port } = socket.addr as Deno.NetAddr;
  socketOptions()?.reportErrors?.(hostname, port);
  const to = { transport: "udp", hostname: formatIpv4(server), port: TEREDO_PORT } as const;
  let sentAt = 0;
  for (const at of SENDINGS) {
    await pause(at - sentAt, signal);
    if (signal.aborted) return undefined;
    sentAt = at;
    try {
      await socket.send(DATAGRAM, to);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      return MEANINGS[code] ?? "forbidden";
    }
  }
  return undefined;
}
