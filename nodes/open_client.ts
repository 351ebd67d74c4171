/**
 * Opens what a Teredo client consists of on this host, step by step.
 *
 * @module
 */

import { Client } from "../client/client.ts";
import type { ServerDirectory } from "../io/servers/server_directory.ts";
import { awaitServers } from "./await_servers.ts";
import type { TeredoClientOptions } from "./client_options.ts";
import { type ClientSockets, openClientSockets } from "./client_sockets.ts";
import { serverDirectory } from "./given_server.ts";
import { LocalEndpoint } from "./local_endpoint.ts";
import { openNetworkWatch } from "./network_watch.ts";
import { type HostSide, nodeContext, openHost } from "./node_context.ts";
import type { OpenNode } from "./teredo_node.ts";

/** The open parts of a client. */
export interface OpenClient<Host> extends OpenNode {
  readonly options: TeredoClientOptions;
  readonly host: Host;
  readonly sockets: ClientSockets;
  readonly localEndpoint: LocalEndpoint;
  readonly servers: ServerDirectory;
}

/**
 * Opens interface and sockets, and looks the servers up until one is found.
 *
 * @param resources closes what is open
 */
export async function openClient<Host extends HostSide | undefined>(
  options: TeredoClientOptions<Host>,
  resources: DisposableStack,
): Promise<OpenClient<Host>> {
  const context = nodeContext(options);
  const host = openHost(options.host, context, resources);
  const watch = resources.use(openNetworkWatch(host?.own, context, options));
  const sockets = resources.use(await openClientSockets(options, context));
  const localEndpoint = new LocalEndpoint(sockets.sockets.service.local, options.ffi ?? true);
  const servers = serverDirectory(options.servers, options.checkServer, context);
  options.onLookUp?.();
  const waiting = { own: host?.own?.name, log: context.log, onTrouble: options.onLookUp };
  await awaitServers(servers, waiting, options.signal);
  return { options, context, host, watch, resources, sockets, localEndpoint, servers };
}

/** The machine of an open client. */
export function newMachine(open: OpenClient<unknown>): Client {
  const { options, context, servers, localEndpoint, sockets: { group } } = open;
  return new Client({
    ...options,
    servers: servers.addresses,
    globalUnicast: context.globalUnicast,
    random: (bytes) => crypto.getRandomValues(bytes),
    localEndpoint: (server) => localEndpoint.towards(server),
    localDiscovery: group && { isOnLink: (address) => group.isOnLink(address) },
  });
}
