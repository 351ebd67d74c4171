/**
 * What a client is told.
 *
 * @module
 */

import { REFRESH_INTERVAL, TEREDO_MTU } from "../protocol/constants.ts";
import type { Random } from "../protocol/random.ts";
import type { Rate } from "../protocol/token_bucket.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";

/** The two IPv4 addresses of a Teredo server. */
export interface ServerAddresses {
  readonly primary: Ipv4Address;
  readonly secondary: Ipv4Address;
}

/** Secure qualification, RFC 4380 §5.2.2: what the server's operator handed out. */
export interface ClientCredentials {
  /** The client identifier, 1 to 255 octets. */
  readonly identifier: Uint8Array;
  /** The shared secret. */
  readonly secret: Uint8Array;
}

/** A client's configuration. Times are in milliseconds. */
export interface ClientConfig {
  /** The servers, the preferred one first; at least one. */
  readonly servers: readonly ServerAddresses[];
  /** Where packets may go. */
  readonly globalUnicast: GlobalUnicast;
  /** Cryptographically secure in production. */
  readonly random: Random;
  /** For secure qualification. */
  readonly credentials?: ClientCredentials | undefined;
  /** The Teredo refresh interval, §5.2.5. Each is drawn from 75 to 100 % of it. */
  readonly refreshInterval?: number | undefined;
  /** The MTU of the interface in octets, an upper limit to what the server advertises. */
  readonly mtu?: number | undefined;
  /** How many peers are known at most. */
  readonly maxPeers?: number | undefined;
  /** Octets that wait for one peer, and for all of them, at most. */
  readonly queuePerPeer?: number | undefined;
  readonly queueTotal?: number | undefined;
  /** Connectivity tests (echo requests) that go out for all destinations together. */
  readonly testRate?: Rate | undefined;
}

/** The defaults of what {@linkcode ClientConfig} leaves out. */
export const CLIENT_DEFAULTS = {
  refreshInterval: REFRESH_INTERVAL,
  mtu: TEREDO_MTU,
  maxPeers: 1024,
  queuePerPeer: 16 * 1024,
  queueTotal: 1024 * 1024,
  testRate: { perSecond: 10, burst: 20 },
} as const;
