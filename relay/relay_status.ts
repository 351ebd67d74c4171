/**
 * What a relay reports about itself.
 *
 * @module
 */

import type { PeerOverview } from "../protocol/peers/peer_overview.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { GatewayStatus } from "./gateway_status.ts";

/**
 * How a client is reached, or why it is not: `direct`, being looked for, not heard for a while, or
 * without an answer to the last search.
 */
export const RELAY_PATHS = ["direct", "searching", "idle", "unreachable"] as const;

/** A snapshot of a relay's state. Its peers are the known clients. */
export interface RelayStatus extends PeerOverview<RelayPeerStatus> {
  readonly role: "relay";
  readonly mtu: number;
  /** The use of the gateway, if the relay is one. */
  readonly gateway: GatewayStatus | undefined;
}

/** One client of a relay. */
export interface RelayPeerStatus {
  /** 16 octets. */
  readonly address: Uint8Array;
  readonly path: typeof RELAY_PATHS[number];
  /** Where packets for it go. */
  readonly mapping: Endpoint | undefined;
  /** Since it was last heard, in milliseconds. */
  readonly heardAgo: number;
  readonly octetsSent: number;
  readonly octetsReceived: number;
  /** The account that its traffic counts for, if it uses the gateway. */
  readonly account: string | undefined;
}
