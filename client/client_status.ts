/**
 * What a client tells about itself.
 *
 * @module
 */

import type { Endpoint } from "../wire/endpoint.ts";
import type { ServerAddresses } from "./client_config.ts";
import type { NatKind, OfflineReason } from "./client_event.ts";

/** What a client is at. `disabled`: the host has IPv6 of its own. */
export type ClientState = "qualifying" | "qualified" | "offline" | "disabled";

/** A client's state, a snapshot. Times are milliseconds from now, or ago. */
export interface ClientStatus {
  readonly role: "client";
  readonly state: ClientState;
  /** The server in use. */
  readonly server: ServerAddresses;
  /** While off-line: why, and when the next try comes. */
  readonly offline: { readonly reason: OfflineReason; readonly retryIn: number } | undefined;
  /** While qualified: 16 octets. */
  readonly address: Uint8Array | undefined;
  /** While qualified: the mapped address and port. */
  readonly mapping: Endpoint | undefined;
  /** While qualified: what the NAT is like, and so who can be reached. */
  readonly nat: NatKind | undefined;
  /** The MTU of the link in octets. */
  readonly mtu: number;
  /** The refresh interval in milliseconds. */
  readonly refreshInterval: number;
  /** Since the server was last heard, in milliseconds; `undefined` before the first time. */
  readonly serverHeardAgo: number | undefined;
  readonly peers: readonly PeerStatus[];
}

/** How a peer is reached. */
export type PeerPath =
  /** Straight to its mapped address. */
  | "direct"
  /** A native IPv6 host, through a relay. */
  | "relay"
  /** A neighbour behind the same NAT. */
  | "local"
  /** It is being looked for. */
  | "searching"
  /** Nothing has passed for a while. The next packet to it starts a search. */
  | "idle"
  /** It did not answer when it was last looked for. */
  | "unreachable";

/** One peer of a client. */
export interface PeerStatus {
  /** 16 octets. */
  readonly address: Uint8Array;
  readonly path: PeerPath;
  /** Where packets for it go. */
  readonly mapping: Endpoint | undefined;
  /** Since it was last heard, in milliseconds. */
  readonly heardAgo: number;
  readonly octetsSent: number;
  readonly octetsReceived: number;
}
