/**
 * A client's status.
 *
 * @module
 */

import type { Endpoint } from "../wire/endpoint.ts";
import type { ServerAddresses } from "./client_config.ts";
import type { NatKind, OfflineReason } from "./client_event.ts";

/** The state of a client. `disabled`: the host has native IPv6. */
export type ClientState = "qualifying" | "qualified" | "offline" | "disabled";

/** A snapshot of a client's state. Times are milliseconds from now, or ago. */
export interface ClientStatus {
  readonly role: "client";
  readonly state: ClientState;
  /** The server in use. */
  readonly server: ServerAddresses;
  /** While off-line: the reason, and the time until the next try. */
  readonly offline: { readonly reason: OfflineReason; readonly retryIn: number } | undefined;
  /** While qualified: 16 octets. */
  readonly address: Uint8Array | undefined;
  /** While qualified: the mapped address and port. */
  readonly mapping: Endpoint | undefined;
  /** While qualified: the kind of NAT, which decides which peers can be reached. */
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
  /** A Teredo client that cannot be reached directly, through a gateway. */
  | "gateway"
  /** A neighbour behind the same NAT. */
  | "local"
  /** Being looked for. */
  | "searching"
  /** Nothing was heard for a while; the next packet to it starts a search. */
  | "idle"
  /** It did not answer the last search. */
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
