/**
 * The Teredo server, RFC 4380 §5.3.
 *
 * @module
 */

import type { DropReason } from "../protocol/drop_reason.ts";
import type { Machine, Sink } from "../protocol/machine.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { SERVER_DEFAULTS, type ServerConfig, type ServerSocket } from "./server_config.ts";
import type { ServerEvent } from "./server_event.ts";
import type { ServerStatus } from "./server_status.ts";

/** Answers solicitations and forwards bubbles and echoes; remembers nothing but its rate limits. */
export class Server implements Machine<ServerSocket, ServerEvent, ServerStatus> {
  readonly #config: ServerConfig;
  #solicitationsAnswered = 0;
  #bubblesForwarded = 0;
  #echoesForwarded = 0;

  constructor(config: ServerConfig) {
    this.#config = config;
  }

  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    via: ServerSocket,
    now: number,
    sink: Sink<ServerSocket, ServerEvent>,
  ): void {
    const declined = this.serve(bytes, from, via, now, sink);
    if (declined !== undefined) sink.drop(declined);
  }

  /**
   * Handles a datagram, or tells why not, for whoever has another use for it: a relay on the same
   * sockets (RFC 4380 §5.4.3).
   */
  serve(
    _bytes: Uint8Array,
    _from: Endpoint,
    _via: ServerSocket,
    _now: number,
    _sink: Sink<ServerSocket, ServerEvent>,
  ): DropReason | undefined {
    return "not_bubble_or_icmpv6";
  }

  /** A server is no way into Teredo: what the native IPv6 Internet sends to clients, a relay takes. */
  handlePacket(_ipv6: Uint8Array, _now: number, sink: Sink<ServerSocket, ServerEvent>): void {
    sink.drop("destination_invalid");
  }

  handleTimer(): void {}

  nextTimer(): number {
    return Infinity;
  }

  status(_now: number): ServerStatus {
    const { primary, secondary, port, advertisedMtu, secrets } = this.#config;
    return {
      role: "server",
      primary,
      secondary,
      port: port ?? SERVER_DEFAULTS.port,
      advertisedMtu: advertisedMtu === "omit"
        ? undefined
        : advertisedMtu ?? SERVER_DEFAULTS.advertisedMtu,
      secure: secrets !== undefined,
      solicitationsAnswered: this.#solicitationsAnswered,
      bubblesForwarded: this.#bubblesForwarded,
      echoesForwarded: this.#echoesForwarded,
      addressesRemembered: 0,
    };
  }
}
