/**
 * Taking the packets of peers that have proved where they are, and whether a bubble answers them.
 *
 * @module
 */

import { isBubble } from "../wire/bubble.ts";
import { isEchoRequest } from "../wire/icmpv6.ts";
import { NextHeader, nextHeaderOf } from "../wire/ipv6_header.ts";
import type { Trailers } from "../wire/trailers.ts";
import type { ClientPeer } from "./client_peer.ts";
import type { ClientSink } from "./client_sink.ts";
import { RECEIVER_BUBBLE_AFTER } from "./timing.ts";
import type { PacedBubbles } from "./traversal/paced_bubbles.ts";

/** Takes a trusted peer's packet; the host gets it unless it is a bubble (§5.2.3). */
export function accept(
  ipv6: Uint8Array,
  { neighborDiscovery }: Trailers,
  peer: ClientPeer,
  bubbles: PacedBubbles,
  now: number,
  sink: ClientSink,
): void {
  peer.heard(now);
  if (isBubble(ipv6)) {
    if (neighborDiscovery === "solicitation") bubbles.advertise(peer, now, sink);
    return;
  }
  peer.octetsReceived += ipv6.length;
  if (now - peer.lastTransmission >= RECEIVER_BUBBLE_AFTER && !isLeftToHost(ipv6, peer, now)) {
    bubbles.sendDirect(peer, peer.place, now, sink);
  }
  sink.packet(ipv6);
}

/**
 * Whether the host's own answer will open the NAT, so that no bubble has to: two answers to one
 * packet would be more than a forged source should cause. If the last such answer did not come, the
 * host gives none.
 */
function isLeftToHost(ipv6: Uint8Array, peer: ClientPeer, now: number): boolean {
  if (!isAnsweredByHost(ipv6) || peer.lastTransmission < peer.leftToHostAt) return false;
  peer.leftToHostAt = now;
  return true;
}

/** Whether hosts answer such a packet: an echo request, or TCP, by an ACK or RST (RFC 9293 §3.10.7). */
function isAnsweredByHost(ipv6: Uint8Array): boolean {
  return nextHeaderOf(ipv6) === NextHeader.TCP || isEchoRequest(ipv6);
}

/**
 * Whether a trusted peer may want an answer, because it has lost us. We need not get the indirect
 * bubble that asks for it: a server drops that of a client behind a symmetric NAT, unless it is the
 * client's own (RFC 4380 §5.3.1).
 *
 * No answer goes to a bubble that may itself be the answer to ours, so two clients don't go on for
 * ever, nor to one that only keeps a random port open or is part of Neighbor Discovery (RFC 6081
 * §5.4.2.1, §5.7).
 */
export function isQuestion(ipv6: Uint8Array, { neighborDiscovery, randomPort }: Trailers): boolean {
  return isBubble(ipv6) && neighborDiscovery === undefined && randomPort === undefined;
}
