/**
 * What a relay tells about itself.
 *
 * @module
 */

import type { PeerStanding } from "../protocol/peer_search.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { GatewayStatus } from "./gateway_status.ts";

/** A relay's state, a snapshot. */
export interface RelayStatus {
  readonly role: "relay";
  readonly mtu: number;
  /** The clients that are known, the most recently used one first. */
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
  /** The account of the gateway that it counts for, if it uses that. */
  readonly account: string | undefined;
}
