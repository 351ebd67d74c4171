/**
 * Nodes on the loopback interface of this host, for tests.
 *
 * @module
 */
import type { HostLink } from "../../io/host/host_link.ts";
import { aborted } from "../../io/run_together.ts";
import type { ClientListeners, TeredoClientOptions } from "../../nodes/client_options.ts";
import { TeredoClient } from "../../nodes/teredo_client.ts";
import type { HostSide, Opener } from "../../nodes/node_context.ts";
import type { NodeListeners } from "../../nodes/node_options.ts";
import {
  type AnyServerEvent,
  TeredoServer,
  type TeredoServerOptions,
} from "../../nodes/teredo_server.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { requires } from "../capabilities.ts";
import "../ffi/open_libc.ts";

const LINUX = requires("linux");

/** A test for systems on which all of 127.0.0.0/8 is this host. */
export function loopbackTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: LINUX.title(name), ignore: LINUX.ignore, fn });
}

/** Where the server is. */
export const PRIMARY = "127.41.0.1";

/** The address after it. */
const SECONDARY = "127.41.0.2";

/** A server at {@linkcode PRIMARY}. */
export function startServer(
  options: Partial<TeredoServerOptions> & NodeListeners<AnyServerEvent> = {},
): Promise<TeredoServer> {
  return TeredoServer.start({
    primary: parseIpv4(PRIMARY)!,
    secondary: parseIpv4(SECONDARY)!,
    network: "loopback",
    ...options,
  });
}

/** A client of that server, at an address of its own. */
export function startClient(
  bind: string,
  options: Partial<TeredoClientOptions> & ClientListeners = {},
): Promise<TeredoClient> {
  return TeredoClient.start({
    servers: [{ primary: PRIMARY }],
    network: "loopback",
    bind: parseIpv4(bind)!,
    ...options,
  });
}

/** A way to the host that hands each packet to `take`. */
export function linkTo(take: (ipv6: Uint8Array) => void): HostLink {
  return {
    write(ipv6) {
      take(ipv6.slice());
      return true;
    },
    flush() {},
    run: (_receiver, signal) => aborted(signal),
  };
}

/** A side of the host that swallows all packets; it may claim to translate addresses. */
export function silentHost(translates = false): Opener<HostSide> {
  return () => ({ link: linkTo(() => {}), translates, [Symbol.dispose]() {} });
}

/** The next packet of a stream. */
export async function next(packets: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = packets.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return value!;
}
