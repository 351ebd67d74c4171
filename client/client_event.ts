/**
 * What a client reports.
 *
 * @module
 */

import type { PeerEvent } from "../protocol/peers/peer_search.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { ServerAddresses } from "./client_config.ts";

/**
 * What the two addresses of a server reveal of the NAT, RFC 4380 §5.2.1.
 *
 * - `restricted`: both see one mapping, so the NAT is not symmetric; there may also be none. All
 *   peers that are not behind a symmetric NAT can be reached
 * - `symmetric`: each sees another mapping. Peers that implement RFC 6081 can be reached. Where
 *   their NAT is port-restricted or symmetric too, that takes a NAT that keeps or counts ports
 * - `unknown`: the server has one address, or the other does not answer, so the NAT may be of
 *   either kind
 */
export type NatKind = "restricted" | "symmetric" | "unknown";

/** Why a client is off-line. */
export type OfflineReason =
  /** The primary address did not answer. */
  | "no_reply_from_primary"
  /** The two addresses see different mappings (a symmetric NAT), and support for that is off. */
  | "symmetric_nat"
  /** The server stopped answering. */
  | "server_lost"
  /** The answers did not prove that their sender knows our secret (RFC 4380 §5.2.2). */
  | "authentication_failed"
  /** The server asks for another key (RFC 4380 §5.2.2). */
  | "new_key_needed";

/** A change that a person or another program may want to know of. */
export type ClientEvent =
  /** The client began to solicit a server. */
  | { readonly type: "qualifying"; readonly server: ServerAddresses }
  /** The client has a Teredo address: its first, or a new one after the mapping changed. */
  | {
    readonly type: "qualified";
    readonly server: ServerAddresses;
    /** 16 octets. */
    readonly address: Uint8Array;
    readonly mapping: Endpoint;
    /** Octets. */
    readonly mtu: number;
    readonly nat: NatKind;
    /** The address that this one replaces, if any. */
    readonly previous: Uint8Array | undefined;
  }
  /** The server's secondary address answered after all. */
  | { readonly type: "nat_determined"; readonly nat: NatKind }
  /** The server did not answer a refresh and is asked again. */
  | { readonly type: "server_silent"; readonly server: ServerAddresses }
  /** The server answers again. */
  | { readonly type: "server_back"; readonly server: ServerAddresses }
  /**
   * The refresh interval has been determined, in milliseconds; the secondary port can be closed.
   */
  | { readonly type: "refresh_interval"; readonly interval: number }
  /** The client has no Teredo address; it tries again in `retryIn` ms. */
  | {
    readonly type: "offline";
    readonly server: ServerAddresses;
    readonly reason: OfflineReason;
    readonly retryIn: number;
    /** The address that is no longer valid, if any. */
    readonly previous: Uint8Array | undefined;
  }
  /** The host has native IPv6: the client rests until that is gone (RFC 4380 §5.5). */
  | {
    readonly type: "disabled";
    /** The address that was given up, if any. */
    readonly previous: Uint8Array | undefined;
  }
  | PeerEvent;
