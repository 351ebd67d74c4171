/**
 * Why bytes are not what a codec expects: the drop reasons of this layer.
 *
 * Each is a metric's label as it stands, so names are stable and in snake_case.
 *
 * @module
 */

/** Why a codec refuses its input. */
export type Malformed =
  /** Fewer than the two octets that any element starts with. */
  | "datagram_too_short"
  /** An authentication element whose lengths run past the datagram. */
  | "authentication_truncated"
  /** An origin indication of fewer than eight octets. */
  | "origin_truncated"
  /** What should be an IPv6 packet has another version; also elements repeated or out of order. */
  | "not_ipv6"
  /** Fewer than 40 octets where an IPv6 header should be. */
  | "ipv6_truncated"
  /** The IPv6 payload length exceeds the octets present. */
  | "ipv6_payload_length"
  /** A trailer of unknown type whose top bits ask to discard the packet (RFC 6081 §4). */
  | "trailer_discard"
  /** An Alternate Address trailer of a wrong length, or with port 0 or a multicast address. */
  | "alternate_address"
  /** An ICMPv6 message with a wrong checksum. */
  | "icmpv6_checksum"
  /** A Router Solicitation or Advertisement that fails RFC 4861 §6.1. */
  | "router_solicitation_invalid"
  | "router_advertisement_invalid";
