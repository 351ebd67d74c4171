/**
 * What a client reports.
 *
 * @module
 */

import type { PeerEvent } from "../protocol/peer_search.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { ServerAddresses } from "./client_config.ts";

/**
 * What the two addresses of a server show of the NAT, RFC 4380 §5.2.1.
 *
 * - `restricted`: one mapping for both. That is all that no NAT, a cone or a restricted NAT differ in
 *   from a symmetric one, and any peer behind the like can be reached
 * - `symmetric`: another mapping for each. Peers that know RFC 6081 can be reached, unless their own
 *   NAT is port-restricted or symmetric
 */
export type NatKind = "restricted" | "symmetric";

/** Why a client is off-line. */
export type OfflineReason =
  /** The primary address did not answer. */
  | "no_reply_from_primary"
  /** The primary address answered, the secondary did not. */
  | "no_reply_from_secondary"
  /** The two addresses see different mappings, a symmetric NAT, and its support is off. */
  | "symmetric_nat"
  /** The server answered at first and then no more. */
  | "server_lost"
  /** What came in answer did not prove to know our secret (RFC 4380 §5.2.2). */
  | "authentication_failed"
  /** The server wants another key (RFC 4380 §5.2.2). */
  | "new_key_needed";

/** One change that a person or another program may want to know. */
export type ClientEvent =
  /** Router Solicitations go to a server. */
  | { readonly type: "qualifying"; readonly server: ServerAddresses }
  /** There is a Teredo address: the first, or another after a change of the mapping. */
  | {
    readonly type: "qualified";
    readonly server: ServerAddresses;
    /** 16 octets. */
    readonly address: Uint8Array;
    readonly mapping: Endpoint;
    /** Octets. */
    readonly mtu: number;
    readonly nat: NatKind;
    /** The address that it replaces, if there was one. */
    readonly previous: Uint8Array | undefined;
  }
  /** The server has not answered a refresh and is asked again. */
  | { readonly type: "server_silent"; readonly server: ServerAddresses }
  /** The server answers again. */
  | { readonly type: "server_back"; readonly server: ServerAddresses }
  /** The refresh interval is determined, in milliseconds; the secondary port can be closed. */
  | { readonly type: "refresh_interval"; readonly interval: number }
  /** There is no Teredo address any more; the next try comes in `retryIn` ms. */
  | {
    readonly type: "offline";
    readonly server: ServerAddresses;
    readonly reason: OfflineReason;
    readonly retryIn: number;
    /** The address that is no longer valid, if there was one. */
    readonly previous: Uint8Array | undefined;
  }
  /** The host has IPv6 of its own: the client rests until that is gone (RFC 4380 §5.5). */
  | {
    readonly type: "disabled";
    /** The address that was given up, if there was one. */
    readonly previous: Uint8Array | undefined;
  }
  | PeerEvent;
