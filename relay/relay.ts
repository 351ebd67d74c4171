/**
 * The Teredo relay, RFC 4380 §5.4: native IPv6 hosts on one side, Teredo clients on the other.
 *
 * @module
 */

import { TEREDO_PORT } from "../protocol/constants.ts";
import type { DropReason } from "../protocol/drop_reason.ts";
import { ErrorReporter } from "../protocol/peers/error_reporter.ts";
import type { FastPath, Machine, Sink } from "../protocol/machine.ts";
import { OwnAddresses } from "../protocol/own_addresses.ts";
import { peerOverview } from "../protocol/peers/peer_overview.ts";
import type { PeerEvent, PeerSink } from "../protocol/peers/peer_search.ts";
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
import { isWithinAny } from "../wire/ipv6_prefix.ts";
import { isTeredo, mappingOf, serverOf } from "../wire/teredo_address.ts";
import { parseTeredoPacket, type TeredoPacket } from "../wire/teredo_packet.ts";
import { parseTrailers } from "../wire/trailers.ts";
import { Gateway } from "./gateway.ts";
import type { GatewayConfig } from "./gateway_config.ts";
import { RELAY_DEFAULTS, type RelayConfig, type RelayHost } from "./relay_config.ts";
import type { RelayLimits } from "./relay_limits.ts";
import type { RelayPeer } from "./relay_peer.ts";
import { RelaySearch } from "./relay_search.ts";
import { RELAY_PATHS, type RelayPeerStatus, type RelayStatus } from "./relay_status.ts";

/** The only socket of a relay: its service port. */
export type RelaySocket = "service";

/** What a relay reports. */
export type RelayEvent = PeerEvent;

/** Where a relay's effects go. */
export type RelaySink = Sink<RelaySocket, RelayEvent>;

/**
 * A Teredo relay. What it knows of clients is soft state, so it can restart or be one of several
 * (anycast).
 */
export class Relay implements Machine<RelaySocket, RelayEvent, RelayStatus>, FastPath {
  readonly #config: RelayConfig;
  #host: RelayHost;
  #own: OwnAddresses;
  readonly #search: RelaySearch;
  readonly #gateway: Gateway | undefined;
  readonly #errors: ErrorReporter;

  constructor(config: RelayConfig) {
    this.#config = config;
    this.#host = config;
    this.#own = new OwnAddresses(config.ownAddresses);
    this.#search = new RelaySearch(config, (packet, now, sink) => {
      this.#unreachable(packet, UnreachableCode.ADDRESS, now, sink);
    }, (address) => this.#own.has(address));
    this.#errors = new ErrorReporter(this.#search.hash);
    const { gateway, globalUnicast } = config;
    this.#gateway = gateway &&
      new Gateway(gateway, config, this.#own, globalUnicast, this.#search.peers);
  }

  /** Whether it is a gateway. */
  get isGateway(): boolean {
    return this.#gateway !== undefined;
  }

  /** Applies other rules, if it is a gateway. */
  reconfigure(gateway: GatewayConfig): void {
    this.#gateway?.reconfigure(gateway);
  }

  /** Applies other limits. They keep their counts unless they change. */
  useLimits(limits: RelayLimits): void {
    this.#search.useLimits(limits);
  }

  /** The host's addresses have changed. */
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
    if (this.#search.isAskDue(peer, now)) return undefined;
    if (this.#refuseInbound(ipv6, peer, total, now) !== undefined) return undefined;
    peer.sent(total, now);
    return peer.mapping;
  }

  /** §5.4.2, except for bubbles and for packets with extension headers. */
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

  status(now: number, listed = Infinity): RelayStatus {
    return {
      role: "relay",
      mtu: this.#mtu,
      ...peerOverview<RelayPeer, RelayPeerStatus>(this.#search.peers, {
        paths: RELAY_PATHS,
        pathOf: (peer) => {
          const standing = this.#search.standingOf(peer, now);
          return standing === "reachable" ? "direct" : standing;
        },
        describe: (peer, path) => ({
          address: peer.address,
          path,
          mapping: peer.isTrusted ? peer.mapping : undefined,
          heardAgo: now - peer.lastReception,
          octetsSent: peer.octetsSent,
          octetsReceived: peer.octetsReceived,
          account: peer.account?.name,
        }),
      }, listed),
      gateway: this.#gateway?.status(now, listed),
    };
  }

  /**
   * Carries an echo that a client sent to its server, which found it valid: a connectivity test
   * (RFC 4380 §5.2.9) of a native host or another client. The reply will come to this relay, so it
   * looks for the client meanwhile.
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
    const peer = known ?? this.#search.clientFrom(ipv6, now);
    if (peer === undefined) return "rate_limited";
    peer.hasBegun = true;
    if (!peer.isReachable(now)) {
      if (isTeredo(ipv6, DESTINATION)) this.#search.beginForCaller(ipv6, peer, now, sink);
      else this.#search.beginFor(ipv6, peer, now, sink);
    }
    const carried = ipv6.slice();
    setHopLimit(carried, hopLimitOf(ipv6) - 1);
    sink.packet(carried);
    return undefined;
  }

  /** §5.4.1: a packet from the native Internet that the fast path could not send at once. */
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
    // Neither a server nor this relay is a client.
    if (client === endpoint(server, TEREDO_PORT) || this.#own.has(addressOf(client))) return "loop";
    if (ipv6.length > this.#mtu) {
      const { errorSource } = this.#host;
      if (errorSource) this.#errors.tooBig(ipv6, this.#mtu, errorSource, now, sink);
      return "packet_too_big";
    }
    const peer = known ?? this.#search.clientTo(ipv6, now);
    if (peer === undefined) return "rate_limited";
    if (known === undefined) this.#refuseInbound(ipv6, peer, 0, now);
    if (peer.isReachable(now)) {
      this.#search.ask(peer, ipv6, now, sink);
      peer.sent(ipv6.length, now);
      sink.datagram(peer.mapping, "service", ipv6);
      return undefined;
    }
    return this.#search.await(peer, ipv6, now, sink) ? undefined : "queue_full";
  }

  /** §5.4.2: a packet from a client. */
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
    const isProof = this.#search.isProof(ipv6, now) && this.#isPossible(ipv6, from);
    if (mappingOf(ipv6, SOURCE) !== from && !known?.isAt(from) && !isProof) {
      return "source_mismatch";
    }
    const isGlobal = this.#config.globalUnicast.has(addressOf(from));
    if (!isGlobal || portOf(from) === 0) return "source_not_global";
    if (hasRoutingHeaderType0(ipv6)) return "routing_header";
    // A plain relay takes any packet for an answer to the bubble. A gateway requires an answer that
    // nobody else could give, so that a forged source cannot make it flood somebody else: see
    // #isPossible.
    if (this.#gateway !== undefined && known?.mapping !== from && !isProof) {
      this.#lookForUser(ipv6, this.#gateway, now, sink);
      return "peer_not_trusted";
    }
    const isAccepted = isProof || (this.#config.acceptUnknown && !isBubble(ipv6));
    const peer = isAccepted ? this.#search.entry(ipv6, SOURCE, now) : known;
    if (peer === undefined) return "peer_not_trusted";
    if (isProof || this.#gateway !== undefined) {
      this.#search.foundProved(peer, from, now, sink);
    } else if (peer.isReachable(now) && peer.mapping !== from) {
      // The client has proved to be elsewhere: whatever seems to come from where its address says
      // may be forged, and must not lead packets for it astray.
      this.#search.challenge(peer, ipv6, now, sink);
    } else {
      this.#search.foundUnproved(peer, from, now, sink);
    }
    if (isBubble(ipv6)) return undefined;
    const refusal = this.#refuseOutbound(ipv6, peer, now);
    if (refusal !== undefined) return refusal;
    peer.octetsReceived += ipv6.length;
    sink.packet(ipv6);
    return undefined;
  }

  /**
   * Whether a client whose answer came from `from` may be there. The receiver of the bubble can
   * forge the source of the answer, and so choose where packets for the client go. A gateway's bubble went
   * through a server that delivers it at the mapping in the client's address, so it believes only
   * that IPv4 address. Ports differ behind symmetric NATs; addresses should not (RFC 4787 REQ-2).
   *
   * That would not protect anybody from a plain relay: clients choose their servers, and an
   * attacker's server gives it the bubble for any mapping. So there no address is ruled out, as some NATs
   * do use several.
   */
  #isPossible(ipv6: Uint8Array, from: Endpoint): boolean {
    return this.#gateway === undefined || addressOf(from) === addressOf(mappingOf(ipv6, SOURCE));
  }

  /**
   * A client sends to the gateway, which does not know it yet or no longer: a bubble shows if it is
   * there.
   */
  #lookForUser(ipv6: Uint8Array, gateway: Gateway, now: number, sink: RelaySink): void {
    if (isBubble(ipv6) || gateway.refuseUse(ipv6, SOURCE, now) !== undefined) return;
    const peer = this.#search.clientFrom(ipv6, now);
    if (peer !== undefined) this.#search.beginFor(ipv6, peer, now, sink);
  }

  /** Why a packet from the host does not go to its client, if so. */
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

  /**
   * Whether the source is one that native packets can have; those from 2001::/32 belong in another
   * tunnel.
   */
  #isNativeSource(ipv6: Uint8Array): boolean {
    return isGlobalScope(ipv6, SOURCE) && !isTeredo(ipv6, SOURCE) &&
      !this.#own.isEmbeddedIn(ipv6, SOURCE);
  }

  /**
   * Whether this relay forwards to the destination: never if it would come back through a tunnel.
   */
  #isServed(ipv6: Uint8Array): boolean {
    return isGlobalScope(ipv6, DESTINATION) && !isTeredo(ipv6, DESTINATION) &&
      isWithinAny(ipv6, DESTINATION, this.#host.serves) &&
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
