/**
 * Bubbles and echoes, which a server passes on: RFC 4380 §5.3.1.
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
import type { PacketKind, ServerSink } from "./server_event.ts";
import type { ServerSettings } from "./server_settings.ts";

/**
 * The longest ICMPv6 message that is forwarded, in octets. Clients test connectivity with echoes of
 * 12 to 88 octets; with more a server would carry data, or be a reflector worth the name. Miredo has
 * the same bound.
 */
const MAX_ICMPV6 = 88;

/** The most octets of trailers that are forwarded; those of RFC 6081 make 44 at most. */
const MAX_TRAILERS = 88;

const MAX_FORWARDED = ORIGIN_LENGTH + IPV6_HEADER_LENGTH + MAX_ICMPV6 + MAX_TRAILERS;

/** Why a server does not forward a bubble or ICMPv6 packet, whatever its destination, if so. */
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
   * Forwards a bubble or echo that {@linkcode refuseToForward} has nothing against.
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
   * By UDP to the mapping in the destination, from the primary address, to which NATs are open.
   *
   * The hop limit stays: bubbles of Miredo have 0. Trailers go along unread, RFC 6081 lives by that.
   * The destination may embed an own IPv4 address (a client on this host), as may the source: what
   * leaves by UDP passes no other tunnel, and our own sockets were excluded before.
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
    const address = addressOf(client);
    if (!globalUnicast.has(address)) return "destination_not_global";
    if (portOf(client) === 0) return "destination_invalid";
    if (this.#limiter?.refuses(kind, addressOf(from), address, now, sink)) return "rate_limited";
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
   * To a native host, as a router does. The source is the Teredo address of the sender, or the packet
   * would not have been accepted (RFC 4380 §7.4.2). Trailers end here: they are no part of IPv6.
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
    if (this.#limiter?.refuses(kind, addressOf(from), undefined, now, sink)) return "rate_limited";
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
