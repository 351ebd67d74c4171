/**
 * A client's configuration.
 *
 * @module
 */

import { QUEUE_PER_PEER, TEREDO_MTU } from "../protocol/constants.ts";
import type { Random } from "../protocol/random.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { Extension } from "./extensions.ts";
import { CLIENT_LIMITS, type ClientLimits } from "./client_limits.ts";
import { REFRESH_INTERVAL } from "./timing.ts";

/** The two IPv4 addresses of a Teredo server, which are the same where it has only one. */
export interface ServerAddresses {
  readonly primary: Ipv4Address;
  readonly secondary: Ipv4Address;
}

/** Whether two servers, if there are two, have the same addresses. */
export function isSameServer(
  one: ServerAddresses | undefined,
  other: ServerAddresses | undefined,
): boolean {
  return one?.primary === other?.primary && one?.secondary === other?.secondary;
}

/** For secure qualification, RFC 4380 §5.2.2: what the server's operator handed out. */
export interface ClientCredentials {
  /** The client identifier, 1 to 255 octets. */
  readonly identifier: Uint8Array;
  /** The shared secret. */
  readonly secret: Uint8Array;
}

/** Local client discovery, RFC 4380 §5.2.8. It announces the client's address to the whole link. */
export interface LocalDiscoverySettings {
  /** Whether an IPv4 address is on a link of this host, as a neighbour's must be. */
  isOnLink(address: Ipv4Address): boolean;
  /** Whether only clients behind the same mapped IPv4 address are neighbours; true by default. */
  readonly sameMappingOnly?: boolean | undefined;
}

/** A client's configuration. Times are in milliseconds. */
export interface ClientConfig {
  /** The servers, preferred one first; at least one. */
  readonly servers: readonly ServerAddresses[];
  /** Where packets may go. */
  readonly globalUnicast: GlobalUnicast;
  /** Must be cryptographically secure in production. */
  readonly random: Random;
  /** For secure qualification. */
  readonly credentials?: ClientCredentials | undefined;
  /**
   * A Teredo address (16 octets) of an earlier run. Its random flags (RFC 5991 §3.1) are used again if
   * server and mapping are the same, so that the whole address is.
   */
  readonly previousAddress?: Uint8Array | undefined;
  /** The Teredo refresh interval, §5.2.5. Each is drawn from 75 to 100 % of it. */
  readonly refreshInterval?: number | undefined;
  /** Whether to find out with a secondary port if a longer refresh interval will do, §5.2.7. */
  readonly determineRefreshInterval?: boolean | undefined;
  /**
   * The extensions of RFC 6081 to use, each with those that it builds on; all by default. Without
   * `symmetric`, the client does not work behind a symmetric NAT. Peers without an extension ignore
   * what it adds to bubbles.
   */
  readonly extensions?: readonly Extension[] | undefined;
  /**
   * The IPv4 address and port that packets to a server leave this host from, which neighbours on
   * its network can send to. The client tells them to peers behind the same public IPv4 address, to
   * be reached if the NAT does not hairpin, RFC 6081 §5.6; without this, it tells nobody. The port
   * also shows whether the NAT preserves ports (§5.4).
   */
  readonly localEndpoint?: ((server: Ipv4Address) => Endpoint | undefined) | undefined;
  /**
   * Whether to ask a peer that fell silent directly, before asking its server, RFC 6081 §5.7; false
   * by default. If the NATs have forgotten each other, the first packet takes four seconds longer.
   */
  readonly serverLoadReduction?: boolean | undefined;
  /** For meeting other clients on the link; off by default. */
  readonly localDiscovery?: LocalDiscoverySettings | undefined;
  /** The MTU of the interface in octets, an upper limit for the one that the server advertises. */
  readonly mtu?: number | undefined;
  /** How many peers are known at most. */
  readonly maxPeers?: number | undefined;
  /** Octets that wait for one peer, and for all of them, at most. */
  readonly queuePerPeer?: number | undefined;
  readonly queueTotal?: number | undefined;
  /** The rates beyond which the client doesn't react to what others send. */
  readonly limits?: ClientLimits | undefined;
}

/** The defaults for what a {@linkcode ClientConfig} leaves out. */
export const CLIENT_DEFAULTS = {
  refreshInterval: REFRESH_INTERVAL,
  mtu: TEREDO_MTU,
  maxPeers: 1024,
  queuePerPeer: QUEUE_PER_PEER,
  queueTotal: 1024 * 1024,
  limits: CLIENT_LIMITS,
} as const;
