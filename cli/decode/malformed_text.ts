/**
 * Why a packet is not a Teredo packet, in words.
 *
 * @module
 */

import type { Malformed } from "../../wire/malformed.ts";

/** A drop reason as the end of a sentence. */
export function malformedText(reason: Malformed): string {
  switch (reason) {
    case "datagram_too_short":
      return "it has fewer than two octets";
    case "authentication_truncated":
      return "the authentication element runs past the end";
    case "origin_truncated":
      return "the origin indication is cut off";
    case "not_ipv6":
      return "there is no IPv6 packet where one must be. An element may be repeated or out of order";
    case "ipv6_truncated":
      return "the IPv6 header is cut off";
    case "ipv6_payload_length":
      return "the IPv6 packet claims more octets than there are";
    case "trailer_discard":
      return "an unknown trailer asks to drop it (RFC 6081 §4)";
    case "alternate_address":
      return "the trailer of alternate addresses has a wrong length, port or address";
    case "icmpv6_checksum":
      return "the ICMPv6 checksum is wrong";
    case "router_solicitation_invalid":
      return "the solicitation breaks RFC 4861 §6.1.1: its hop limit, code, length or options";
    case "router_advertisement_invalid":
      return "the advertisement breaks RFC 4861 §6.1.2: its source, hop limit, code, length or " +
        "options";
  }
}
