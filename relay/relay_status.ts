/**
 * What a relay reports about itself.
 *
 * @module
 */

import type { PeerStanding } from "../protocol/peers/peer_search.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { GatewayStatus } from "./gateway_status.ts";

/** A snapshot of a relay's state. */
export interface RelayStatus {
  readonly role: "relay";
  readonly mtu: number;
  /** The known clients, the most recently used one first. */
  readonly peers: readonly RelayPeerStatus[];
  /** The use of the gateway, if the relay is one. */
  readonly gateway: GatewayStatus | undefined;
}

/** One client of a relay. */
export interface RelayPeerStatus {
  /** 16 octets. */
  readonly address: Uint8Array;
  readonly path: "direct" | Exclude<PeerStanding, "reachable">;
  /** Where packets for it go. */
  readonly mapping: Endpoint | undefined;
  /** Since it was last heard, in milliseconds. */
  readonly heardAgo: number;
  readonly octetsSent: number;
  readonly octetsReceived: number;
  /** The account that its traffic counts for, if it uses the gateway. */
  readonly account: string | undefined;
}
