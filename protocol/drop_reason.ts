/**
 * Every reason for dropping a packet.
 *
 * @module
 */

import type { Malformed } from "../wire/malformed.ts";

/** Why a datagram or packet was not used. The words are the labels of the drop metric. */
export type DropReason =
  | Malformed
  /** An outer IPv4 source that is not global unicast, or has port 0. */
  | "source_not_global"
  /** A source mapping that differs from the outer source, or a client of another server. */
  | "source_mismatch"
  /** An inner source that no packet can have here: multicast, link-local, unspecified, our own. */
  | "source_invalid"
  /** The embedded IPv4 address of the destination is not global unicast. */
  | "destination_not_global"
  /** A destination that this node neither forwards to nor receives for. */
  | "destination_invalid"
  /** The packet would come back to this node (RFC 6324, and our own mapping). */
  | "loop"
  /** A routing header of type 0 (RFC 5095). */
  | "routing_header"
  /** The hop limit ran out. */
  | "hop_limit"
  /** A rate limit was reached. */
  | "rate_limited"
  /** The server forwards bubbles and ICMPv6 only. */
  | "not_bubble_or_icmpv6"
  /** The server forwards ICMPv6 echo only. */
  | "not_echo"
  /** An ICMPv6 payload longer than the server forwards. */
  | "icmpv6_too_long"
  /** Trailers longer than the server forwards. */
  | "trailers_too_long"
  /** An origin indication from a node that is not a server. */
  | "origin_unexpected"
  /** A solicitation with the cone bit, but no secondary address to answer from. */
  | "secondary_missing"
  /** Secure qualification: no authentication element. */
  | "authentication_missing"
  /** Secure qualification: a wrong identifier, value or key. */
  | "authentication_failed"
  /** An unsolicited Router Advertisement, or one from another server than was asked. */
  | "advertisement_unexpected"
  /** A Router Advertisement without the nonce of our solicitation. */
  | "nonce_mismatch"
  /** A Router Advertisement or indirect bubble without an origin indication. */
  | "origin_missing"
  /** The origin indication names an address that is not global unicast, or port 0. */
  | "origin_not_global"
  /** A Router Advertisement without exactly one /64 of our server. */
  | "prefix_invalid"
  /** A Router Advertisement with an MTU that no Teredo link has. */
  | "mtu_invalid"
  /** A packet from a peer that has not proved where it is. */
  | "peer_not_trusted"
  /** A packet while the client has no Teredo address. */
  | "not_qualified"
  /** A local discovery bubble that is not acceptable (RFC 4380 §5.2.8). */
  | "discovery_invalid"
  /** The queue is full: for one peer, for all of them, or from one native site (/48). */
  | "queue_full"
  /** The peer did not answer in time; its queue was given up. */
  | "peer_unreachable"
  /** An ICMPv6 error of the host for a peer that would have to be looked for. */
  | "late_error"
  /** A packet longer than the MTU of the link. */
  | "packet_too_big"
  /** Multicast, which a host sends to its link and no tunnel carries. */
  | "multicast"
  /**
   * A client that may not use the gateway: it has not proved a secret, or its address is not
   * listed.
   */
  | "gateway_denied"
  /** A client whose address names a server that the gateway does not work for. */
  | "gateway_other_server"
  /** A client's packet for the gateway's own host that answers nothing. */
  | "own_service"
  /** A packet for a client that began nothing through the gateway. */
  | "unsolicited"
  /** The gateway's cap on the traffic of one client. */
  | "client_rate";
