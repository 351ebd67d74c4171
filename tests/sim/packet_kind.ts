/**
 * Putting packets into words, for logs that people read and scenarios that assert.
 *
 * @module
 */

import { isBubble } from "../../wire/bubble.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { Icmpv6Type, icmpv6TypeOf, isIcmpv6 } from "../../wire/icmpv6.ts";
import { isRouterAdvertisement, isRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { parseTeredoPacket } from "../../wire/teredo_packet.ts";

/** What a packet is, in a word. */
export type PacketKind =
  | "RS"
  | "RA"
  | "bubble"
  | "echo request"
  | "echo reply"
  | "unreachable"
  | "too big"
  | "data"
  /** No Teredo packet. */
  | "garbage";

/** What an IPv6 packet is. */
export function kindOfPacket(ipv6: Uint8Array): PacketKind {
  if (isBubble(ipv6)) return "bubble";
  if (isRouterSolicitation(ipv6)) return "RS";
  if (isRouterAdvertisement(ipv6)) return "RA";
  if (!isIcmpv6(ipv6)) return "data";
  switch (icmpv6TypeOf(ipv6)) {
    case Icmpv6Type.ECHO_REQUEST:
      return "echo request";
    case Icmpv6Type.ECHO_REPLY:
      return "echo reply";
    case Icmpv6Type.DESTINATION_UNREACHABLE:
      return "unreachable";
    case Icmpv6Type.PACKET_TOO_BIG:
      return "too big";
    default:
      return "data";
  }
}

/** A datagram's kind, and what it carries besides: "RA, origin 198.51.100.1:4096". */
export interface Description {
  readonly kind: PacketKind;
  readonly words: string;
}

/** What a UDP payload is. */
export function describeDatagram(payload: Uint8Array): Description {
  const packet = parseTeredoPacket(payload);
  if (typeof packet === "string") return { kind: "garbage", words: `garbage (${packet})` };
  const kind = kindOfPacket(packet.ipv6);
  const words: string[] = [kind];
  if (packet.authentication !== undefined) words.push("nonce");
  if (packet.origin !== undefined) words.push(`origin ${formatEndpoint(packet.origin)}`);
  if (packet.trailers.length > 0) words.push("trailers");
  return { kind, words: words.join(", ") };
}
