/**
 * The Teredo relay, RFC 4380 §5.4: native IPv6 hosts on one side, Teredo clients on the other.
 *
 * @module
 */

import { TEREDO_PORT } from "../protocol/constants.ts";
import type { DropReason } from "../protocol/drop_reason.ts";
import { ErrorReporter } from "../protocol/error_reporter.ts";
import type { FastPath, Machine, Sink } from "../protocol/machine.ts";
import { OwnAddresses } from "../protocol/own_addresses.ts";
import type { PeerEvent, PeerSink } from "../protocol/peer_search.ts";
import { isBubble } from "../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../wire/endpoint.ts";
import { UnreachableCode } from "../wire/icmpv6.ts";
import { isGlobalScope, isMulticast } from "../wire/ipv6_address.ts";
import {
  DESTINATION,
  hasRoutingHeaderType0,
  hopLimitOf,
  isIpv6Packet,
  needsCloserLook,
  setHopLimit,
  SOURCE,
} from "../wire/ipv6_header.ts";
import { isWithin } from "../wire/ipv6_prefix.ts";
import { isTeredo, mappingOf, serverOf } from "../wire/teredo_address.ts";
import { parseTeredoPacket, type TeredoPacket } from "../wire/teredo_packet.ts";
import { parseTrailers } from "../wire/trailers.ts";
import { Gateway } from "./gateway.ts";
import type { GatewayConfig } from "./gateway_config.ts";
import { RELAY_DEFAULTS, type RelayConfig, type RelayHost } from "./relay_config.ts";
import type { RelayPeer } from "./relay_peer.ts";
import { RelaySearch } from "./relay_search.ts";
import type { RelayPeerStatus, RelayStatus } from "./relay_status.ts";

/** A relay has one socket, its service port. */
export type RelaySocket = "service";

/** What a relay reports. */
export type RelayEvent = PeerEvent;

/** Where a relay's effects go. */
export type RelaySink = Sink<RelaySocket, RelayEvent>;

/** A Teredo relay. What it knows of clients is soft state: it may be lost, or run anycast. */
export class Relay implements Machine<RelaySocket, RelayEvent, RelayStatus>, FastPath {
  readonly #config: RelayConfig;
  #host: RelayHost;
  #own: OwnAddresses;
  readonly #search: RelaySearch;
  readonly #gateway: Gateway | undefined;
  readonly #errors = new ErrorReporter();

  constructor(config: RelayConfig) {
    this.#config = config;
    this.#host = config;
    this.#own = new OwnAddresses(config.ownAddresses);
    this.#search = new RelaySearch(config, (packet, now, sink) => {
      this.#unreachable(packet, UnreachableCode.ADDRESS, now, sink);
    });
    const { gateway, globalUnicast } = config;
    this.#gateway = gateway &&
      new Gateway(gateway, config, this.#own, globalUnicast, this.#search.peers);
  }

  /** Whether clients use it as a gateway. */
  get isGateway(): boolean {
    return this.#gateway !== undefined;
  }

  /** Goes on as a gateway by other rules. */
  reconfigure(gateway: GatewayConfig): void {
    this.#gateway?.reconfigure(gateway);
  }

  /** The host's addresses are others now. */
  useHost(host: RelayHost): void {
    this.#host = host;
    this.#own = new OwnAddresses(host.ownAddresses);
    this.#gateway?.useHost(host, this.#own);
  }

  nextTimer(): number {
    return this.#search.nextTimer();
  }

  handleTimer(now: number, sink: RelaySink): void {
    this.#search.handleTimer(now, sink);
  }

  handlePacket(ipv6: Uint8Array, now: number, sink: RelaySink): void {
    const to = this.route(ipv6, now);
    if (to !== undefined) return sink.datagram(to, "service", ipv6);
    const reason = this.#transmit(ipv6, now, sink);
    if (reason !== undefined) sink.drop(reason);
  }

  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    _via: RelaySocket,
    now: number,
    sink: RelaySink,
  ): void {
    if (this.admit(bytes, from, now)) return sink.packet(bytes);
    const packet = parseTeredoPacket(bytes);
    const reason = typeof packet === "string" ? packet : this.#receive(packet, from, now, sink);
    if (reason !== undefined) sink.drop(reason);
  }

  /** §5.4.1 case 1. */
  route(ipv6: Uint8Array, now: number, total = ipv6.length): Endpoint | undefined {
    if (!isIpv6Packet(ipv6) || ipv6.length > this.#mtu) return undefined;
    const peer = this.#search.peers.use(ipv6, DESTINATION);
    if (peer === undefined || !peer.isReachable(now)) return undefined;
    if (this.#refuseInbound(ipv6, peer, total, now) !== undefined) return undefined;
    peer.sent(total, now);
    return peer.mapping;
  }

  /** §5.4.2, for packets that are neither bubbles nor perhaps more than they seem. */
  admit(datagram: Uint8Array, from: Endpoint, now: number): boolean {
    if (!isIpv6Packet(datagram) || needsCloserLook(datagram)) return false;
    const peer = this.#search.peers.use(datagram, SOURCE);
    if (peer === undefined || !peer.isTrusted || peer.mapping !== from) return false;
    if (this.#search.isSearching(peer)) return false;
    if (this.#refuseOutbound(datagram, peer, now) !== undefined) return false;
    peer.heard(now);
    peer.octetsReceived += datagram.length;
    return true;
  }

  status(now: number): RelayStatus {
    return {
      role: "relay",
      mtu: this.#mtu,
      peers: Array.from(this.#search.peers, (peer) => this.#peerStatus(peer, now)),
      gateway: this.#gateway?.status(now),
    };
  }

  #peerStatus(peer: RelayPeer, now: number): RelayPeerStatus {
    const standing = this.#search.standingOf(peer, now);
    return {
      address: peer.address,
      path: standing === "reachable" ? "direct" : standing,
      mapping: peer.isTrusted ? peer.mapping : undefined,
      heardAgo: now - peer.lastReception,
      octetsSent: peer.octetsSent,
      octetsReceived: peer.octetsReceived,
      account: peer.use?.account.name,
    };
  }

  /**
   * Carries an echo that a client sent through its server, which found it valid: by it the client asks
   * where a native host or another client is (RFC 4380 §5.2.9). The answer will come to this relay, so
   * the client is looked for already.
   *
   * @returns why it was not carried, if so
   */
  carryEcho(datagram: Uint8Array, now: number, sink: RelaySink): DropReason | undefined {
    const packet = parseTeredoPacket(datagram);
    if (typeof packet === "string") return packet;
    const { ipv6 } = packet;
    if (this.#gateway === undefined) return "destination_invalid";
    if (hopLimitOf(ipv6) <= 1) return "hop_limit";
    const known = this.#search.peers.use(ipv6, SOURCE);
    const refusal = this.#gateway.outbound(ipv6, known, now);
    if (refusal !== undefined) return refusal;
    const peer = known ?? this.#search.sender(ipv6, now);
    if (peer === undefined) return "rate_limited";
    peer.hasBegun = true;
    if (!peer.isReachable(now)) this.#search.begin(peer, now, sink);
    const carried = ipv6.slice();
    setHopLimit(carried, hopLimitOf(ipv6) - 1);
    sink.packet(carried);
    return undefined;
  }

  /** From the native Internet, §5.4.1: what the fast path could not send at once. */
  #transmit(ipv6: Uint8Array, now: number, sink: RelaySink): DropReason | undefined {
    if (!isIpv6Packet(ipv6)) return "ipv6_payload_length";
    if (isMulticast(ipv6, DESTINATION)) return "multicast";
    if (!isTeredo(ipv6, DESTINATION)) {
      this.#unreachable(ipv6, UnreachableCode.NO_ROUTE, now, sink);
      return "destination_invalid";
    }
    const known = this.#search.peers.use(ipv6, DESTINATION);
    const refusal = this.#refuseInbound(ipv6, known, ipv6.length, now);
    if (refusal !== undefined) return refusal;
    const client = mappingOf(ipv6, DESTINATION);
    const server = serverOf(ipv6, DESTINATION);
    const { globalUnicast } = this.#config;
    if (!globalUnicast.has(addressOf(client)) || !globalUnicast.has(server)) {
      return "destination_not_global";
    }
    if (portOf(client) === 0) return "destination_invalid";
    // A server is no client, and neither are we.
    if (client === endpoint(server, TEREDO_PORT) || this.#own.has(addressOf(client))) return "loop";
    if (ipv6.length > this.#mtu) {
      const { errorSource } = this.#host;
      if (errorSource) this.#errors.tooBig(ipv6, this.#mtu, errorSource, now, sink);
      return "packet_too_big";
    }
    const peer = known ?? this.#search.client(ipv6, now);
    if (peer === undefined) return "rate_limited";
    if (known === undefined) this.#refuseInbound(ipv6, peer, 0, now);
    return this.#search.await(peer, ipv6, now, sink) ? undefined : "queue_full";
  }

  /** From a client, §5.4.2. */
  #receive(
    packet: TeredoPacket,
    from: Endpoint,
    now: number,
    sink: RelaySink,
  ): DropReason | undefined {
    const { ipv6 } = packet;
    const trailers = parseTrailers(packet.trailers);
    if (typeof trailers === "string") return trailers;
    if (!isTeredo(ipv6, SOURCE)) return "source_invalid";
    const known = this.#search.peers.use(ipv6, SOURCE);
    const { nonce } = trailers;
    if (mappingOf(ipv6, SOURCE) !== from && !known?.isAt(from, ipv6, nonce, now)) {
      return "source_mismatch";
    }
    if (!this.#config.globalUnicast.has(addressOf(from))) return "source_not_global";
    if (hasRoutingHeaderType0(ipv6)) return "routing_header";
    // A plain relay was sent here by a native host and takes any packet for an answer. A gateway sends
    // nothing to a client before, lest a forged source make it flood somebody else.
    if (this.#gateway !== undefined && !known?.isProofOf(from, ipv6, nonce, now)) {
      this.#lookForUser(ipv6, this.#gateway, now, sink);
      return "peer_not_trusted";
    }
    const peer = this.#config.acceptUnknown && !isBubble(ipv6)
      ? this.#search.entry(ipv6, SOURCE, now)
      : known;
    if (peer === undefined) return "peer_not_trusted";
    this.#search.found(peer, from, now, sink);
    if (isBubble(ipv6)) return undefined;
    const refusal = this.#refuseOutbound(ipv6, peer, now);
    if (refusal !== undefined) return refusal;
    peer.octetsReceived += ipv6.length;
    sink.packet(ipv6);
    return undefined;
  }

  /** A client sends to the gateway, which does not know it (any more): a bubble shows whether it is there. */
  #lookForUser(ipv6: Uint8Array, gateway: Gateway, now: number, sink: RelaySink): void {
    if (isBubble(ipv6) || gateway.refuseUse(ipv6, SOURCE, now) !== undefined) return;
    const peer = this.#search.sender(ipv6, now);
    if (peer !== undefined) this.#search.begin(peer, now, sink);
  }

  /** Why a packet from the host is not for its client, if so. */
  #refuseInbound(
    ipv6: Uint8Array,
    peer: RelayPeer | undefined,
    octets: number,
    now: number,
  ): DropReason | undefined {
    if (this.#gateway !== undefined) return this.#gateway.inbound(ipv6, peer, octets, now);
    return this.#isNativeSource(ipv6) ? undefined : "source_invalid";
  }

  /** Why a packet of a client does not go on to its destination, if so. */
  #refuseOutbound(ipv6: Uint8Array, peer: RelayPeer, now: number): DropReason | undefined {
    if (this.#gateway !== undefined) return this.#gateway.outbound(ipv6, peer, now);
    return this.#isServed(ipv6) ? undefined : "destination_invalid";
  }

  /** A source that native packets can have; from 2001::/32 they belong to another tunnel. */
  #isNativeSource(ipv6: Uint8Array): boolean {
    return isGlobalScope(ipv6, SOURCE) && !isTeredo(ipv6, SOURCE) &&
      !this.#own.isEmbeddedIn(ipv6, SOURCE);
  }

  /** A destination that this relay forwards to: never one that would come back through a tunnel. */
  #isServed(ipv6: Uint8Array): boolean {
    return isGlobalScope(ipv6, DESTINATION) && !isTeredo(ipv6, DESTINATION) &&
      this.#host.serves.some((prefix) => isWithin(ipv6, DESTINATION, prefix)) &&
      !this.#own.isEmbeddedIn(ipv6, DESTINATION);
  }

  #unreachable(ipv6: Uint8Array, code: number, now: number, sink: PeerSink): void {
    const { errorSource } = this.#host;
    if (errorSource) this.#errors.unreachable(ipv6, code, errorSource, now, sink);
  }

  get #mtu(): number {
    return this.#config.mtu ?? RELAY_DEFAULTS.mtu;
  }
}
