/**
 * A relay's configuration.
 *
 * @module
 */

import { QUEUE_PER_PEER, TEREDO_MTU } from "../protocol/constants.ts";
import type { Random } from "../protocol/random.ts";
import type { GlobalUnicast } from "../wire/global_unicast.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import type { Ipv6Prefix } from "../wire/ipv6_prefix.ts";
import type { GatewayConfig } from "./gateway_config.ts";
import { RELAY_LIMITS, type RelayLimits } from "./relay_limits.ts";

/** What a relay knows of its host, which may change. */
export interface RelayHost {
  /**
   * The native prefixes that clients' packets are forwarded to, RFC 4380 §5.4.2. A host-specific
   * relay (§5.4 and §5.5) serves the host's own addresses, as prefixes of 128 bits.
   */
  readonly serves: readonly Ipv6Prefix[];
  /** The host's own IPv4 addresses: packets that would come back to them are dropped (RFC 6324). */
  readonly ownAddresses: readonly Ipv4Address[];
  /**
   * The source of ICMPv6 errors to native hosts, 16 octets: a global address of this host. Without
   * one, no errors are sent.
   */
  readonly errorSource?: Uint8Array | undefined;
  /**
   * The host's own IPv6 addresses, 16 octets each, which the kernel may give to packets of a
   * gateway's clients. Only a gateway needs them.
   */
  readonly nativeAddresses?: readonly Uint8Array[] | undefined;
}

/** A relay's configuration. */
export interface RelayConfig extends RelayHost {
  /** Where packets may go. */
  readonly globalUnicast: GlobalUnicast;
  /** Cryptographically secure in production. */
  readonly random: Random;
  /** Whether to send direct bubbles too, which a relay behind a restricted NAT needs. */
  readonly directBubbles?: boolean | undefined;
  /** Whether clients may begin an exchange (§5.4.2 MAY) without an entry. */
  readonly acceptUnknown?: boolean | undefined;
  /** Makes the relay a gateway, with these rules. */
  readonly gateway?: GatewayConfig | undefined;
  /** The MTU of the Teredo link in octets. */
  readonly mtu?: number | undefined;
  /** How many clients it remembers at most. */
  readonly maxPeers?: number | undefined;
  /**
   * How many octets wait for one client, and for all of them, at most. Of the latter, a native site
   * (/48) may use a third of what is free: a quarter of the total if it is alone.
   */
  readonly queuePerPeer?: number | undefined;
  readonly queueTotal?: number | undefined;
  /** How many clients it looks for. */
  readonly limits?: RelayLimits | undefined;
}

/** The defaults of what {@linkcode RelayConfig} leaves out. */
export const RELAY_DEFAULTS = {
  mtu: TEREDO_MTU,
  maxPeers: 65_536,
  queuePerPeer: QUEUE_PER_PEER,
  queueTotal: 8 * 1024 * 1024,
  limits: RELAY_LIMITS,
} as const;
