/**
 * Forwarding bubbles and echoes, RFC 4380 §5.3.1.
 *
 * @module
 */

import type { DropReason } from "../protocol/drop_reason.ts";
import { addressOf, type Endpoint, portOf } from "../wire/endpoint.ts";
import { isEcho } from "../wire/icmpv6.ts";
import { isGlobalScope } from "../wire/ipv6_address.ts";
import {
  DESTINATION,
  hopLimitOf,
  IPV6_HEADER_LENGTH,
  payloadLengthOf,
  setHopLimit,
} from "../wire/ipv6_header.ts";
import { ORIGIN_LENGTH, writeOrigin } from "../wire/origin_indication.ts";
import { isTeredo, mappingOf, serverOf } from "../wire/teredo_address.ts";
import type { TeredoPacket } from "../wire/teredo_packet.ts";
import type { PacketLimiter } from "./packet_limiter.ts";
import type { ServerSink } from "./server_event.ts";
import type { PacketKind } from "./server_limits.ts";
import type { ServerSettings } from "./server_settings.ts";

/**
 * The longest ICMPv6 message that is forwarded, in octets. Clients test connectivity with echoes of
 * 12 to 88 octets; longer ones would make a server carry data, or a useful reflector. Miredo has
 * the same bound.
 */
const MAX_ICMPV6 = 88;

/** The most octets of trailers that are forwarded; those of RFC 6081 take 44 at most. */
const MAX_TRAILERS = 88;

const MAX_FORWARDED = ORIGIN_LENGTH + IPV6_HEADER_LENGTH + MAX_ICMPV6 + MAX_TRAILERS;

/** Why a server forwards a bubble or ICMPv6 packet to no destination at all, if so. */
export function refuseToForward(ipv6: Uint8Array, kind: PacketKind): DropReason | undefined {
  if (!isGlobalScope(ipv6, DESTINATION)) return "destination_invalid";
  if (kind !== "echoes") return undefined;
  if (!isEcho(ipv6)) return "not_echo";
  return payloadLengthOf(ipv6) > MAX_ICMPV6 ? "icmpv6_too_long" : undefined;
}

/** Forwards packets that have been accepted. */
export class Forwarder {
  readonly #settings: ServerSettings;
  readonly #limiter: PacketLimiter | undefined;
  readonly #buffer = new Uint8Array(MAX_FORWARDED);

  constructor(settings: ServerSettings, limiter: PacketLimiter | undefined) {
    this.#settings = settings;
    this.#limiter = limiter;
  }

  /**
   * Forwards a bubble or echo that {@linkcode refuseToForward} does not refuse.
   *
   * @returns why it was not forwarded, if so
   */
  forward(
    packet: TeredoPacket,
    kind: PacketKind,
    from: Endpoint,
    now: number,
    sink: ServerSink,
  ): DropReason | undefined {
    const { ipv6 } = packet;
    return isTeredo(ipv6, DESTINATION)
      ? this.#toClient(packet, kind, from, now, sink)
      : this.#toNative(ipv6, kind, from, now, sink);
  }

  /**
   * Sends a packet over UDP to the mapping in its destination, from the primary address, which the
   * client's NAT lets in.
   *
   * The hop limit stays, because Miredo's bubbles have 0. Trailers are passed on unread: RFC 6081
   * relies on that. Destination and source may embed an own IPv4 address (a client on this host),
   * because what leaves over UDP passes no other tunnel, and our own sockets were excluded before.
   */
  #toClient(
    { ipv6, trailers }: TeredoPacket,
    kind: PacketKind,
    from: Endpoint,
    now: number,
    sink: ServerSink,
  ): DropReason | undefined {
    const { globalUnicast, primary } = this.#settings;
    if (trailers.length > MAX_TRAILERS) return "trailers_too_long";
    const client = mappingOf(ipv6, DESTINATION);
    if (!globalUnicast.has(addressOf(client))) return "destination_not_global";
    if (portOf(client) === 0) return "destination_invalid";
    if (this.#limiter?.refusesToClient(client, kind, from, now, sink)) return "rate_limited";
    let length = 0;
    if (serverOf(ipv6, DESTINATION) === primary) {
      writeOrigin(this.#buffer, 0, from);
      length = ORIGIN_LENGTH;
    }
    length = this.#append(ipv6, length);
    if (trailers.length > 0) length = this.#append(trailers, length);
    sink.datagram(client, "primary", this.#buffer.subarray(0, length));
    return undefined;
  }

  /**
   * Sends a packet to a native host, as a router does. The source is the sender's Teredo address,
   * or the packet would have been refused (RFC 4380 §7.4.2). Trailers end here because they aren't
   * part of the IPv6 packet.
   */
  #toNative(
    ipv6: Uint8Array,
    kind: PacketKind,
    from: Endpoint,
    now: number,
    sink: ServerSink,
  ): DropReason | undefined {
    if (kind === "bubbles" && this.#settings.withRelay) return "destination_invalid";
    if (this.#settings.own.isEmbeddedIn(ipv6, DESTINATION)) return "loop";
    const hopLimit = hopLimitOf(ipv6);
    if (hopLimit <= 1) return "hop_limit";
    if (this.#limiter?.refusesToHost(ipv6, kind, from, now, sink)) return "rate_limited";
    const length = this.#append(ipv6, 0);
    setHopLimit(this.#buffer, hopLimit - 1);
    sink.packet(this.#buffer.subarray(0, length));
    return undefined;
  }

  #append(bytes: Uint8Array, offset: number): number {
    this.#buffer.set(bytes, offset);
    return offset + bytes.length;
  }
}
