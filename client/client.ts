/**
 * The Teredo client, RFC 4380 §5.2 with the flags of RFC 5991.
 *
 * @module
 */

import type { DropReason } from "../protocol/drop_reason.ts";
import type { FastPath, Machine } from "../protocol/machine.ts";
import { peerOverview } from "../protocol/peers/peer_overview.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { mappingOf } from "../wire/teredo_address.ts";
import { parseTeredoPacket, type TeredoPacket } from "../wire/teredo_packet.ts";
import type { ClientConfig, ServerAddresses } from "./client_config.ts";
import type { ClientEvent } from "./client_event.ts";
import type { ClientPeer } from "./client_peer.ts";
import { ClientSearch } from "./client_search.ts";
import {
  type ClientState,
  type ClientStatus,
  PEER_PATHS,
  type PeerPath,
  type PeerStatus,
  type PeerWay,
} from "./client_status.ts";
import { LocalDiscovery } from "./traversal/local_discovery.ts";
import { OwnNat } from "./traversal/own_nat.ts";
import type { ClientSink, ClientSocket } from "./client_sink.ts";
import { Qualification } from "./qualification/qualification.ts";
import type { QualificationState } from "./qualification/qualification_state.ts";
import { Reception } from "./reception.ts";
import { RefreshIntervalSearch } from "./qualification/refresh_interval.ts";
import { Transmission } from "./transmission.ts";

/** A Teredo client. Its first timer is due at once and starts qualification. */
export class Client implements Machine<ClientSocket, ClientEvent, ClientStatus>, FastPath {
  readonly #qualification: Qualification;
  readonly #nat: OwnNat;
  readonly #search: ClientSearch;
  readonly #reception: Reception;
  readonly #transmission: Transmission;
  readonly #discovery: LocalDiscovery | undefined;
  readonly #interval: RefreshIntervalSearch | undefined;

  constructor(config: ClientConfig) {
    const { globalUnicast, localDiscovery, determineRefreshInterval } = config;
    const qualification = new Qualification(config, () => this.#changeAddress());
    if (localDiscovery !== undefined) this.#discovery = new LocalDiscovery(localDiscovery, config);
    if (determineRefreshInterval) this.#interval = new RefreshIntervalSearch(qualification);
    this.#qualification = qualification;
    this.#nat = new OwnNat(qualification, config.localEndpoint);
    this.#search = new ClientSearch(
      config,
      this.#nat,
      qualification,
      this.#discovery,
      (packet, now, sink) => this.#transmission.unreachable(packet, now, sink),
    );
    this.#reception = new Reception(globalUnicast, qualification, this.#search, this.#discovery);
    this.#transmission = new Transmission(globalUnicast, qualification, this.#search);
  }

  /** A look-up of the servers' names found other addresses. */
  useServers(servers: readonly ServerAddresses[], now: number, sink: ClientSink): void {
    this.#qualification.useServers(servers, now, sink);
  }

  /** The host's network changed: asks the server at once whether the mapping is still the same. */
  requalify(now: number, sink: ClientSink): void {
    this.#qualification.requalify(now, sink);
  }

  /**
   * The NAT forwards a port to the service port, as it was asked by PCP, NAT-PMP or UPnP.
   *
   * If that is the port in the client's address, two clients behind such symmetric NATs meet there
   * (RFC 6081 §5.3.4). If it is another, peers are told it (§5.6.4.1).
   *
   * @param outside the external address and port; `undefined` when it no longer does
   */
  useMapping(outside: Endpoint | undefined): void {
    this.#nat.forwarded = outside;
  }

  /** The host has native IPv6: the client rests until {@linkcode enable} (RFC 4380 §5.5). */
  disable(sink: ClientSink): void {
    this.#qualification.disable(sink);
  }

  /** The host's native IPv6 is gone. */
  enable(now: number, sink: ClientSink): void {
    this.#qualification.enable(now, sink);
  }

  nextTimer(): number {
    return Math.min(
      this.#qualification.nextTimer(),
      this.#search.nextTimer(),
      this.#discovery?.nextTimer() ?? Infinity,
      this.#interval?.nextTimer() ?? Infinity,
    );
  }

  handleTimer(now: number, sink: ClientSink): void {
    this.#qualification.handleTimer(now, sink);
    this.#search.handleTimer(now, sink);
    this.#discovery?.handleTimer(now, sink);
    this.#interval?.handleTimer(now, sink);
  }

  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    via: ClientSocket,
    now: number,
    sink: ClientSink,
  ): void {
    if (via === "service" && this.admit(bytes, from, now)) return sink.packet(bytes);
    const packet = parseTeredoPacket(bytes);
    const reason = typeof packet === "string"
      ? packet
      : this.#receive(packet, from, via, now, sink);
    if (reason !== undefined) sink.drop(reason);
  }

  handlePacket(ipv6: Uint8Array, now: number, sink: ClientSink): void {
    const to = this.route(ipv6, now);
    if (to !== undefined) return sink.datagram(to, "service", ipv6);
    const reason = this.#transmission.send(ipv6, now, sink);
    if (reason !== undefined) sink.drop(reason);
  }

  route(ipv6: Uint8Array, now: number, total?: number): Endpoint | undefined {
    return this.#transmission.route(ipv6, now, total);
  }

  admit(datagram: Uint8Array, from: Endpoint, now: number): boolean {
    return this.#reception.admit(datagram, from, now);
  }

  status(now: number, listed = Infinity): ClientStatus {
    const { state, server, mtu, refreshInterval, heardAt } = this.#qualification;
    const qualified = state.name === "qualified" ? state : undefined;
    const isOffline = state.name === "offline" && state.reason !== undefined;
    return {
      role: "client",
      state: stateOf(state),
      server,
      offline: isOffline ? { reason: state.reason!, retryIn: state.until - now } : undefined,
      address: qualified?.address,
      mapping: qualified?.mapping,
      nat: qualified?.nat,
      mtu,
      refreshInterval,
      serverHeardAgo: heardAt === undefined ? undefined : now - heardAt,
      ...peerOverview<ClientPeer, PeerStatus>(this.#search.peers, {
        paths: PEER_PATHS,
        pathOf: (peer) => this.#pathTo(peer, now),
        describe: (peer, path) => describePeer(peer, path, now),
      }, listed),
    };
  }

  #pathTo(peer: ClientPeer, now: number): PeerPath {
    if (peer.isBehindGateway(now)) return "gateway";
    const standing = this.#search.standingOf(peer, now);
    return standing === "reachable" ? this.#wayTo(peer) : standing;
  }

  /** How a peer that can be reached is reached. */
  #wayTo(peer: ClientPeer): PeerWay {
    const { address, mapping, place, randomPlace, alternates, via } = peer;
    const nat = this.#nat;
    if (!peer.isTeredo) return "relay";
    if (this.#search.traversal.alternates.isInside(mapping)) return "local";
    if (via !== "service") return nat.keepsPort ? "random_port" : "echo_test";
    if (mapping === randomPlace) return "random_port";
    if (place !== mapping || alternates.includes(mapping)) return "mapped_port";
    if (nat.isSymmetric) return nat.isForwarded ? "mapped_port" : "nonce";
    return mapping === mappingOf(address) ? "direct" : "nonce";
  }

  #receive(
    packet: TeredoPacket,
    from: Endpoint,
    via: ClientSocket,
    now: number,
    sink: ClientSink,
  ): DropReason | undefined {
    switch (via) {
      case "discovery":
        return this.#reception.receiveAnnouncement(packet, from, now, sink);
      case "secondary":
        if (this.#interval === undefined) return "destination_invalid";
        return this.#interval.receive(packet, from, now, sink);
      default:
        return this.#reception.receive(packet, from, via, now, sink);
    }
  }

  /** The address has come, gone or changed: nothing known of peers holds any longer (§5.2.5). */
  #changeAddress(): void {
    const { state, serverEndpoint } = this.#qualification;
    const address = state.name === "qualified" ? state.address : undefined;
    this.#search.clear();
    this.#search.self = address && { address, server: serverEndpoint };
    this.#discovery?.useAddress(address);
    this.#interval?.useAddress(address);
  }
}

function stateOf(state: QualificationState): ClientState {
  switch (state.name) {
    case "disabled":
    case "qualified":
      return state.name;
    case "offline":
      return state.reason === undefined ? "qualifying" : "offline";
    case "primary":
    case "secondary":
      return "qualifying";
  }
}

function describePeer(peer: ClientPeer, path: PeerPath, now: number): PeerStatus {
  const { gateway } = peer;
  return {
    address: peer.address,
    path,
    mapping: path === "gateway" ? gateway!.at : peer.isTrusted ? peer.place : undefined,
    heardAgo: now - Math.max(peer.lastReception, gateway?.heardAt ?? -Infinity),
    octetsSent: peer.octetsSent,
    octetsReceived: peer.octetsReceived,
  };
}
