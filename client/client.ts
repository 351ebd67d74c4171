/**
 * The Teredo client, RFC 4380 §5.2 with the flags of RFC 5991.
 *
 * @module
 */

import { PEER_VALIDITY, TEREDO_PORT } from "../protocol/constants.ts";
import type { DropReason } from "../protocol/drop_reason.ts";
import type { FastPath, Machine } from "../protocol/machine.ts";
import { KeyedLimiter } from "../protocol/keyed_limiter.ts";
import { encodeBubble, isBubble } from "../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../wire/endpoint.ts";
import { echoDataOf, isEchoReply, UnreachableCode } from "../wire/icmpv6.ts";
import { isGlobalScope, isLinkLocal, isSameIpv6 } from "../wire/ipv6_address.ts";
import {
  DESTINATION,
  hasRoutingHeaderType0,
  isIpv6Packet,
  needsCloserLook,
  SOURCE,
  sourceOf,
} from "../wire/ipv6_header.ts";
import { isRouterAdvertisement } from "../wire/neighbor_discovery.ts";
import {
  CONE_FLAG,
  encodeTeredoLinkLocal,
  isHistoricalTeredo,
  isTeredo,
  mappingOf,
  serverOf,
} from "../wire/teredo_address.ts";
import { parseTeredoPacket, type TeredoPacket } from "../wire/teredo_packet.ts";
import { parseTrailers } from "../wire/trailers.ts";
import { CLIENT_DEFAULTS, type ClientConfig, type ServerAddresses } from "./client_config.ts";
import type { ClientEvent } from "./client_event.ts";
import type { ClientPeer } from "./client_peer.ts";
import { ClientSearch, type Identity } from "./client_search.ts";
import type { ClientStatus, PeerStatus } from "./client_status.ts";
import { ErrorReporter } from "../protocol/error_reporter.ts";
import { refuse } from "./outgoing.ts";
import { type ClientSink, type ClientSocket, Qualification } from "./qualification.ts";

/**
 * Who only receives tells its peer that it is still there, before the peer's entry for it ends and
 * its data has to wait for another exchange of bubbles.
 */
const RECEIVER_BUBBLE_AFTER = PEER_VALIDITY * 2 / 3;

/** Bubbles in answer to indirect ones, for each address and port that they name as their origin. */
const ANSWER_RATE = { perSecond: 1, burst: 4 } as const;

/** A Teredo client. Its first timer is due at once and starts the qualification. */
export class Client implements Machine<ClientSocket, ClientEvent, ClientStatus>, FastPath {
  readonly #config: ClientConfig;
  readonly #qualification: Qualification;
  readonly #search: ClientSearch;
  readonly #errors = new ErrorReporter();
  readonly #answers = new KeyedLimiter(ANSWER_RATE);

  constructor(config: ClientConfig) {
    this.#config = config;
    this.#qualification = new Qualification(config, () => this.#changeAddress());
    this.#search = new ClientSearch(config, (packet, now, sink) => {
      this.#errors.unreachable(packet, UnreachableCode.ADDRESS, this.#router, now, sink);
    });
  }

  /** The servers' addresses are others now, after a look-up of their names. */
  useServers(servers: readonly ServerAddresses[], now: number, sink: ClientSink): void {
    this.#qualification.useServers(servers, now, sink);
  }

  /** The host's network changed: the mapping is asked for at once. */
  requalify(now: number, sink: ClientSink): void {
    this.#qualification.requalify(now, sink);
  }

  nextTimer(): number {
    return Math.min(this.#qualification.nextTimer(), this.#search.nextTimer());
  }

  handleTimer(now: number, sink: ClientSink): void {
    this.#qualification.handleTimer(now, sink);
    this.#search.handleTimer(now, sink);
  }

  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    _via: ClientSocket,
    now: number,
    sink: ClientSink,
  ): void {
    if (this.admit(bytes, from, now)) return sink.packet(bytes);
    const packet = parseTeredoPacket(bytes);
    const reason = typeof packet === "string" ? packet : this.#receive(packet, from, now, sink);
    if (reason !== undefined) sink.drop(reason);
  }

  handlePacket(ipv6: Uint8Array, now: number, sink: ClientSink): void {
    const to = this.route(ipv6, now);
    if (to !== undefined) return sink.datagram(to, "service", ipv6);
    const reason = this.#transmit(ipv6, now, sink);
    if (reason !== undefined) sink.drop(reason);
  }

  /** §5.2.4 case 1, for whole packets of our own. */
  route(ipv6: Uint8Array, now: number): Endpoint | undefined {
    const { self } = this.#search;
    if (self === undefined || !isIpv6Packet(ipv6) || ipv6.length > this.#mtu) return undefined;
    if (!isSameIpv6(ipv6, SOURCE, self.address)) return undefined;
    const peer = this.#search.peers.use(ipv6, DESTINATION);
    if (peer === undefined || !peer.isReachable(now)) return undefined;
    peer.lastTransmission = now;
    peer.octetsSent += ipv6.length;
    return peer.mapping;
  }

  /** §5.2.3 case 1, for packets that are neither bubbles nor perhaps more than they seem. */
  admit(datagram: Uint8Array, from: Endpoint, now: number): boolean {
    const { self } = this.#search;
    if (self === undefined || !isIpv6Packet(datagram)) return false;
    if (!isSameIpv6(datagram, DESTINATION, self.address) || needsCloserLook(datagram)) return false;
    const peer = this.#search.peers.use(datagram, SOURCE);
    if (peer === undefined || !peer.isTrusted || peer.mapping !== from) return false;
    if (!peer.outgoing.isEmpty || this.#qualification.isServer(from)) return false;
    if (now - peer.lastTransmission >= RECEIVER_BUBBLE_AFTER) return false;
    peer.heard(now);
    peer.octetsReceived += datagram.length;
    return true;
  }

  status(now: number): ClientStatus {
    const { state, server, heardAt } = this.#qualification;
    const qualified = state.name === "qualified" ? state : undefined;
    const isOffline = state.name === "offline" && state.reason !== undefined;
    return {
      role: "client",
      state: qualified !== undefined ? "qualified" : isOffline ? "offline" : "qualifying",
      server,
      offline: isOffline ? { reason: state.reason!, retryIn: state.until - now } : undefined,
      address: qualified?.address,
      mapping: qualified?.mapping,
      mtu: this.#mtu,
      refreshInterval: this.#config.refreshInterval ?? CLIENT_DEFAULTS.refreshInterval,
      serverHeardAgo: heardAt === undefined ? undefined : now - heardAt,
      peers: Array.from(this.#search.peers, (peer) => peerStatus(peer, now)),
    };
  }

  /** §5.2.4: what the fast path could not send at once. */
  #transmit(ipv6: Uint8Array, now: number, sink: ClientSink): DropReason | undefined {
    const { self } = this.#search;
    if (self === undefined) {
      if (isIpv6Packet(ipv6)) {
        this.#errors.unreachable(ipv6, UnreachableCode.ADDRESS, this.#router, now, sink);
      }
      return "not_qualified";
    }
    const refusal = refuse(ipv6, self.address, this.#config.globalUnicast);
    if (refusal !== undefined) {
      if (refusal.code !== undefined) {
        this.#errors.unreachable(ipv6, refusal.code, this.#router, now, sink);
      }
      return refusal.reason;
    }
    if (ipv6.length > this.#mtu) {
      this.#errors.tooBig(ipv6, this.#mtu, this.#router, now, sink);
      return "packet_too_big";
    }
    const peer = this.#search.entry(ipv6, DESTINATION, now);
    const isQueued = peer.outgoing.push(ipv6);
    this.#search.begin(peer, now, sink);
    return isQueued ? undefined : "queue_full";
  }

  /** §5.2.3, in the order of its cases. */
  #receive(
    packet: TeredoPacket,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const { ipv6 } = packet;
    if (isRouterAdvertisement(ipv6)) {
      return this.#qualification.handleAdvertisement(packet, from, now, sink);
    }
    const { self } = this.#search;
    if (self === undefined) return "not_qualified";
    // Whom we believed to be at our own mapping would have our packets come back to us.
    if (from === mappingOf(self.address)) return "loop";
    const trailers = parseTrailers(packet.trailers);
    if (typeof trailers === "string") return trailers;
    if (!isSameIpv6(ipv6, DESTINATION, self.address)) return "destination_invalid";
    if (isHistoricalTeredo(ipv6, SOURCE) || isSameIpv6(ipv6, SOURCE, self.address)) {
      return "source_invalid";
    }
    if (hasRoutingHeaderType0(ipv6)) return "routing_header";
    if (this.#qualification.isServer(from)) {
      this.#qualification.heardServer(now);
      if (isBubble(ipv6)) return this.#answerIndirectBubble(packet, self, now, sink);
    }
    if (!isGlobalScope(ipv6, SOURCE)) return "source_invalid";
    const peer = this.#search.peers.use(ipv6, SOURCE);
    // Case 2: the answer to our connectivity test, which must not get lost as mere data of case 1.
    if (peer !== undefined && isEchoReply(ipv6) && peer.isAnsweredBy(echoDataOf(ipv6), now)) {
      this.#search.found(peer, from, now, sink);
      return undefined;
    }
    // Case 1: a trusted peer at its known mapping.
    if (peer?.isTrusted && peer.mapping === from) {
      if (!peer.outgoing.isEmpty) this.#search.found(peer, from, now, sink);
      this.#accept(ipv6, peer, now, sink);
      return undefined;
    }
    if (isTeredo(ipv6, SOURCE)) return this.#receiveFromClient(ipv6, from, now, sink);
    return this.#receiveFromNative(ipv6, from, now, sink);
  }

  /** Case 3: a Teredo client whose address says that it is where the packet came from. */
  #receiveFromClient(
    ipv6: Uint8Array,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    if (mappingOf(ipv6, SOURCE) !== from) return "source_mismatch";
    const { globalUnicast } = this.#config;
    if (!globalUnicast.has(addressOf(from)) || !globalUnicast.has(serverOf(ipv6, SOURCE))) {
      return "source_not_global";
    }
    const peer = this.#search.entry(ipv6, SOURCE, now);
    this.#search.found(peer, from, now, sink);
    this.#accept(ipv6, peer, now, sink);
    return undefined;
  }

  /** Case 6: a native host whose relay has to prove itself before the packet is delivered. */
  #receiveFromNative(
    ipv6: Uint8Array,
    from: Endpoint,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    if (isBubble(ipv6)) return "peer_not_trusted";
    const peer = this.#search.entry(ipv6, SOURCE, now);
    const isHeld = peer.hold(ipv6, from);
    this.#search.begin(peer, now, sink);
    return isHeld ? undefined : "queue_full";
  }

  /** Takes a packet of a trusted peer; a bubble ends here (§5.2.3). */
  #accept(
    ipv6: Uint8Array,
    peer: ClientPeer,
    now: number,
    sink: ClientSink,
  ): void {
    peer.heard(now);
    if (isBubble(ipv6)) return;
    peer.octetsReceived += ipv6.length;
    if (now - peer.lastTransmission >= RECEIVER_BUBBLE_AFTER) {
      this.#search.sendDirectBubble(peer, peer.mapping, now, sink);
    }
    sink.packet(ipv6);
  }

  /**
   * A bubble that came through our server: someone cannot reach us yet, and a direct bubble to them
   * opens our NAT. §5.2.3 has a connectivity test here; the bubble is what Windows and Miredo send,
   * and what relays wait for.
   */
  #answerIndirectBubble(
    packet: TeredoPacket,
    self: Identity,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    const { ipv6, origin } = packet;
    // Relays may send them from link-local addresses.
    if (!isGlobalScope(ipv6, SOURCE) && !isLinkLocal(ipv6, SOURCE)) return "source_invalid";
    // Microsoft's servers forward the bubbles of Teredo clients without an origin indication.
    const to = isTeredo(ipv6, SOURCE) ? mappingOf(ipv6, SOURCE) : origin;
    if (to === undefined) return "origin_missing";
    if (portOf(to) === 0 || !this.#config.globalUnicast.has(addressOf(to))) {
      return "origin_not_global";
    }
    if (to === mappingOf(self.address)) return "loop";
    // IPv6 addresses are free to mint, so the place that the bubbles go to is what is limited.
    if (!this.#answers.take(to, now)) return "rate_limited";
    if (isTeredo(ipv6, SOURCE)) {
      const peer = this.#search.entry(ipv6, SOURCE, now);
      this.#search.sendDirectBubble(peer, to, now, sink);
    } else {
      // A relay's own address never sends anything directly, so an entry for it could only end in
      // the limit of §5.2.6 on bubbles without response, and cut the relay off.
      sink.datagram(to, "service", encodeBubble(self.address, sourceOf(ipv6)));
    }
    return undefined;
  }

  /** The address has come, gone or changed: what was known of peers is void (§5.2.5). */
  #changeAddress(): void {
    const { state, serverEndpoint } = this.#qualification;
    this.#search.clear();
    this.#search.self = state.name === "qualified"
      ? { address: state.address, server: serverEndpoint }
      : undefined;
  }

  get #mtu(): number {
    const { state } = this.#qualification;
    return state.name === "qualified" ? state.mtu : this.#config.mtu ?? CLIENT_DEFAULTS.mtu;
  }

  /** Who reports errors to the host: the server's link-local address, the router of this link. */
  get #router(): Uint8Array {
    const { primary } = this.#qualification.server;
    return encodeTeredoLinkLocal(CONE_FLAG, endpoint(primary, TEREDO_PORT));
  }
}

function peerStatus(peer: ClientPeer, now: number): PeerStatus {
  const isReachable = peer.isReachable(now);
  return {
    address: peer.address,
    path: !isReachable ? "searching" : isTeredo(peer.address) ? "direct" : "relay",
    mapping: peer.isTrusted ? peer.mapping : undefined,
    heardAgo: now - peer.lastReception,
    octetsSent: peer.octetsSent,
    octetsReceived: peer.octetsReceived,
  };
}
