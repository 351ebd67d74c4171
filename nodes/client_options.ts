/**
 * What a program chooses of a Teredo client to embed, and what it hears from it.
 *
 * @module
 */

import type { ClientConfig, ClientCredentials } from "../client/client_config.ts";
import type { ClientEvent } from "../client/client_event.ts";
import type { MapperEvent } from "../portmap/mapper_event.ts";
import type { PortMappingOptions } from "./client_mapping.ts";
import type { ClientSocketOptions } from "./client_sockets.ts";
import type { CheckGivenServer, GivenServer } from "./given_server.ts";
import type { HostSide, Opener } from "./node_context.ts";
import type { NodeListeners, NodeOptions } from "./node_options.ts";

/** Options of a client to embed. Times are in milliseconds. */
export interface TeredoClientOptions<Host extends HostSide | undefined = HostSide | undefined>
  extends
    NodeOptions,
    ClientSocketOptions,
    Pick<
      ClientConfig,
      | "previousAddress"
      | "refreshInterval"
      | "extensions"
      | "serverLoadReduction"
      | "mtu"
      | "maxPeers"
      | "limits"
    > {
  /** The servers, the preferred one first; at least one. */
  readonly servers: readonly GivenServer[];
  /** For secure qualification, RFC 4380 §5.2.2. */
  readonly credentials?: ClientCredentials | undefined;
  /**
   * Opens the client's side of the host, such as `clientTun`. Without it the client needs no
   * privilege: the program sends packets with `TeredoClient.send` and reads them from
   * `TeredoClient.packets`.
   */
  readonly host?: Opener<Host> | undefined;
  /** How to ask the router for the service port; without this it is never asked. */
  readonly portMapping?: PortMappingOptions | undefined;
  /** Throws when a server cannot be used; by default, when it is outside of the network. */
  readonly checkServer?: CheckGivenServer | undefined;
  /**
   * Called when interface and sockets are open, and the look-up of the servers' names begins, which
   * may take long. Called again with the reason when it failed; the client then tries again.
   */
  readonly onLookUp?: ((trouble?: string) => void) | undefined;
}

/** What a client calls from its start on. */
export interface ClientListeners extends NodeListeners<ClientEvent> {
  /**
   * Returns whether Teredo is needed, at the start and after each change of this host's network:
   * with native IPv6, a client rests (RFC 4380 §5.5). By default it is always needed.
   */
  readonly isNeeded?: (() => boolean) | undefined;
  /**
   * Called when packets leave this host by another way, just before the client asks its server
   * again.
   */
  readonly onMove?: (() => void) | undefined;
  /** Called with what becomes of the port mapping, if one was asked for. */
  readonly onPortMapping?: ((event: MapperEvent) => void) | undefined;
}
