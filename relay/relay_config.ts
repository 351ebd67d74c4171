/**
 * What a relay is told.
 *
 * @module
 */

import { QUEUE_PER_PEER, TEREDO_MTU } from "../protocol/constants.ts";
import type { Random } from "../protocol/random.ts";
import type { Rate } from "../protocol/token_bucket.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { Ipv6Prefix } from "../wire/ipv6_prefix.ts";
import type { GatewayConfig } from "./gateway_config.ts";

/** What a relay knows of its host; it may change. */
export interface RelayHost {
  /**
   * The native prefixes that packets of clients are forwarded to, RFC 4380 §5.4.2. A host-specific
   * relay (§5.4 and §5.5) serves the host's own addresses, as prefixes of 128 bits.
   */
  readonly serves: readonly Ipv6Prefix[];
  /** The host's own IPv4 addresses: what would come back to them is dropped (RFC 6324). */
  readonly ownAddresses: readonly Ipv4Address[];
  /**
   * The source of ICMPv6 errors to native hosts, 16 octets: a global address of this host. None are
   * sent without one.
   */
  readonly errorSource?: Uint8Array | undefined;
  /**
   * The host's own IPv6 addresses, 16 octets each: those that the kernel may give packets of a gateway's
   * clients. Only a gateway needs them.
   */
  readonly nativeAddresses?: readonly Uint8Array[] | undefined;
}

/** A relay's configuration. */
export interface RelayConfig extends RelayHost {
  /** Where packets may go. */
  readonly globalUnicast: GlobalUnicast;
  /** Cryptographically secure in production. */
  readonly random: Random;
  /** Whether to send direct bubbles as well: the relay is behind a NAT that is not a cone. */
  readonly directBubbles?: boolean | undefined;
  /** Whether clients may begin an exchange (§5.4.2 MAY); else they need an entry. */
  readonly acceptUnknown?: boolean | undefined;
  /** Carries packets for clients to which nobody routes answers back; unless given, it does not. */
  readonly gateway?: GatewayConfig | undefined;
  /** The MTU of the Teredo link in octets. */
  readonly mtu?: number | undefined;
  /** How many clients are known at most. */
  readonly maxPeers?: number | undefined;
  /**
   * Octets that wait for one client, and for all of them, at most. Of the latter a native site (/48) has a
   * third of what all leave free, which is a quarter if it is alone.
   */
  readonly queuePerPeer?: number | undefined;
  readonly queueTotal?: number | undefined;
  /** Bubbles through one server. */
  readonly bubblesPerServer?: Rate | undefined;
  /** Clients that a search begins for; packets to more than these are dropped. */
  readonly newClients?: Rate | undefined;
  /** Of these, clients that one native site (/48) sends to; unless given, all if those are given. */
  readonly newClientsPerSource?: Rate | undefined;
}

/** The defaults of what {@linkcode RelayConfig} leaves out. */
export const RELAY_DEFAULTS = {
  mtu: TEREDO_MTU,
  maxPeers: 65_536,
  queuePerPeer: QUEUE_PER_PEER,
  queueTotal: 8 * 1024 * 1024,
  bubblesPerServer: { perSecond: 100, burst: 200 },
  newClients: { perSecond: 1_000, burst: 2_000 },
  newClientsPerSource: { perSecond: 250, burst: 500 },
} as const;
