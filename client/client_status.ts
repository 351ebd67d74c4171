/**
 * A client's status.
 *
 * @module
 */

import type { PeerOverview } from "../protocol/peers/peer_overview.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { ServerAddresses } from "./client_config.ts";
import type { NatKind, OfflineReason } from "./client_event.ts";

/** The state of a client. `disabled`: the host has native IPv6. */
export type ClientState = "qualifying" | "qualified" | "offline" | "disabled";

/** A snapshot of a client's state. Times are milliseconds from now, or ago. */
export interface ClientStatus extends PeerOverview<PeerStatus> {
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
}

/**
 * Which way makes a peer reachable:
 *
 * - `direct`: straight, each at the mapping in its address
 * - `nonce`: straight, through a symmetric NAT, by proof of where it is (RFC 6081 §5.2)
 * - `mapped_port`: straight, through a port that a NAT forwards (§5.3)
 * - `random_port`: straight, through a port for this peer alone (§5.4)
 * - `echo_test`: the same, after our own Echo Test (§5.5)
 * - `local`: a neighbour behind the same NAT, inside it
 * - `relay`: a native IPv6 host, through a relay
 * - `gateway`: a Teredo client that cannot be reached directly, through a gateway
 */
export const PEER_WAYS = [
  "direct",
  "nonce",
  "mapped_port",
  "random_port",
  "echo_test",
  "local",
  "relay",
  "gateway",
] as const;

/** The way that makes a peer reachable. */
export type PeerWay = typeof PEER_WAYS[number];

/**
 * How a peer is reached, or why it is not:
 *
 * - `searching`: it is being looked for
 * - `idle`: nothing was heard for a while; the next packet to it starts a search
 * - `unreachable`: it did not answer the last search
 */
export const PEER_PATHS = [...PEER_WAYS, "searching", "idle", "unreachable"] as const;

/** How a peer is reached, or why it is not. */
export type PeerPath = typeof PEER_PATHS[number];

/** Whether a peer is reached, whichever way. */
export function isReached(path: PeerPath): path is PeerWay {
  return PEER_WAYS.some((way) => way === path);
}

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
