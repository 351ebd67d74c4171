/**
 * A server and a relay on the same sockets, RFC 4380 §5.4.3: "the processing of incoming packets
 * should be a combination" of both rules. Four kinds of packet need more than one rule after the
 * other:
 *
 * - What a client sends through the relay may look like a connectivity test. If the relay knows the
 *   client, the packet is the relay's, and the server's limits do not apply.
 * - The relay looks for a client with a bubble through the client's server, which may be this one.
 * - The client's answer is a bubble to a native address, which a server alone would forward.
 * - If the relay is a gateway, it carries the clients' connectivity tests too, since their answers
 *   come to it.
 *
 * @module
 */

import type { DropReason } from "../protocol/drop_reason.ts";
import type { FastPath, Machine, Sink } from "../protocol/machine.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { Server } from "./server.ts";
import { FOR_GATEWAY, type ServerConfig, type ServerSocket } from "./server_config.ts";
import type { ServerEvent } from "./server_event.ts";
import type { ServerStatus } from "./server_status.ts";

/** A relay, as far as the server needs to know it: its only socket is the server's primary one. */
export interface RelayMachine<Event, Status> extends Machine<"service", Event, Status>, FastPath {
  /** Whether it is a gateway. */
  readonly isGateway: boolean;
  /** Carries an echo that a client sent to the server, if it is a gateway. */
  carryEcho(
    datagram: Uint8Array,
    now: number,
    sink: Sink<"service", Event>,
  ): DropReason | undefined;
}

/** A snapshot of both. */
export interface ServerWithRelayStatus<RelayStatus> {
  readonly role: "server+relay";
  readonly server: ServerStatus;
  readonly relay: RelayStatus;
}

/** Why a server refuses what may be a client's packet for the relay. */
const MAY_BE_RELAYED: ReadonlySet<DropReason> = new Set<DropReason>([
  "not_bubble_or_icmpv6",
  "not_echo",
  "icmpv6_too_long",
  "destination_invalid",
  // A client behind a symmetric NAT identifies itself by the relay's nonce (RFC 6081 §5.2.4.4).
  "source_mismatch",
]);

/** Both roles as one machine. */
export class ServerWithRelay<RelayEvent, RelayStatus>
  implements
    Machine<ServerSocket, ServerEvent | RelayEvent, ServerWithRelayStatus<RelayStatus>>,
    FastPath {
  readonly #server: Server;
  readonly #relay: RelayMachine<RelayEvent, RelayStatus>;

  constructor(config: ServerConfig, relay: RelayMachine<RelayEvent, RelayStatus>) {
    this.#relay = relay;
    this.#server = new Server(this.#beside(config));
  }

  /** Applies another configuration of the server; see {@linkcode Server.reconfigure}. */
  reconfigure(config: ServerConfig): void {
    this.#server.reconfigure(this.#beside(config));
  }

  /** Packets that the relay sends at once leave from the primary socket. */
  route(ipv6: Uint8Array, now: number, total?: number): Endpoint | undefined {
    return this.#relay.route(ipv6, now, total);
  }

  admit(datagram: Uint8Array, from: Endpoint, now: number): boolean {
    return this.#relay.admit(datagram, from, now);
  }

  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    via: ServerSocket,
    now: number,
    sink: Sink<ServerSocket, ServerEvent | RelayEvent>,
  ): void {
    if (via === "primary" && this.admit(bytes, from, now)) return sink.packet(bytes);
    const reason = this.#server.serve(bytes, from, via, now, sink);
    if (reason === undefined) return;
    if (reason === FOR_GATEWAY) {
      const refusal = this.#relay.carryEcho(bytes, now, this.#relaySink(now, sink));
      if (refusal !== undefined) sink.drop(refusal);
      return;
    }
    if (via === "primary" && MAY_BE_RELAYED.has(reason)) {
      this.#relay.handleDatagram(bytes, from, "service", now, this.#relaySink(now, sink));
    } else {
      sink.drop(reason);
    }
  }

  handlePacket(
    ipv6: Uint8Array,
    now: number,
    sink: Sink<ServerSocket, ServerEvent | RelayEvent>,
  ): void {
    this.#relay.handlePacket(ipv6, now, this.#relaySink(now, sink));
  }

  handleTimer(now: number, sink: Sink<ServerSocket, ServerEvent | RelayEvent>): void {
    this.#relay.handleTimer(now, this.#relaySink(now, sink));
  }

  nextTimer(): number {
    return this.#relay.nextTimer();
  }

  status(now: number, listed?: number): ServerWithRelayStatus<RelayStatus> {
    return {
      role: "server+relay",
      server: this.#server.status(),
      relay: this.#relay.status(now, listed),
    };
  }

  #beside(config: ServerConfig): ServerConfig {
    return { ...config, withRelay: true, withGateway: this.#relay.isGateway };
  }

  /**
   * Does what the relay asks for; the server takes over its bubbles to the server's own clients.
   */
  #relaySink(
    now: number,
    sink: Sink<ServerSocket, ServerEvent | RelayEvent>,
  ): Sink<"service", RelayEvent> {
    const server = this.#server;
    return {
      datagram(to, _via, bytes): void {
        if (!server.owns(to)) return sink.datagram(to, "primary", bytes);
        const reason = server.forwardForRelay(bytes, now, sink);
        if (reason !== undefined) sink.drop(reason);
      },
      packet: (ipv6) => sink.packet(ipv6),
      event: (event) => sink.event(event),
      drop: (reason) => sink.drop(reason),
    };
  }
}
