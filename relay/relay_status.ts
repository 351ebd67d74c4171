/**
 * What a relay tells about itself.
 *
 * @module
 */

import type { Endpoint } from "../wire/endpoint.ts";

/** A relay's state, a snapshot. */
export interface RelayStatus {
  readonly role: "relay";
  readonly mtu: number;
  /** The clients that are known, the most recently used one first. */
  readonly peers: readonly RelayPeerStatus[];
}

/** One client of a relay. */
export interface RelayPeerStatus {
  /** 16 octets. */
  readonly address: Uint8Array;
  readonly path: "direct" | "searching";
  /** Where packets for it go. */
  readonly mapping: Endpoint | undefined;
  /** Since it was last heard, in milliseconds. */
  readonly heardAgo: number;
  readonly octetsSent: number;
  readonly octetsReceived: number;
}
