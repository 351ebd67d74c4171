/**
 * The Teredo server, RFC 4380 §5.3.
 *
 *                      from a link-local address to ff02::2
 *                    +-------------------------------------> solicitation_handler.ts
 *     UDP --> checks-|
 *                    +-------------------------------------> forwarder.ts
 *                      from a client, or to one of ours
 *
 * @module
 */

import { randomAddressHash } from "../protocol/address_hash.ts";
import type { DropReason } from "../protocol/drop_reason.ts";
import type { Machine } from "../protocol/machine.ts";
import { areSameLimits } from "../protocol/token_bucket.ts";
import { isBubble } from "../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../wire/endpoint.ts";
import { isIcmpv6 } from "../wire/icmpv6.ts";
import {
  ALL_ROUTERS,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isSameIpv6,
  isUnspecified,
} from "../wire/ipv6_address.ts";
import { DESTINATION, SOURCE } from "../wire/ipv6_header.ts";
import { isRouterSolicitation } from "../wire/neighbor_discovery.ts";
import { plainSolicitationAt } from "../wire/plain_solicitation.ts";
import { equalArrays } from "../memory/octets.ts";
import { isTeredo, mappingOf, serverOf } from "../wire/teredo_address.ts";
import { parseTeredoPacket } from "../wire/teredo_packet.ts";
import { Forwarder, refuseToForward } from "./forwarder.ts";
import { PacketLimiter } from "./packet_limiter.ts";
import type { SecretStore } from "./secret_store.ts";
import { FOR_GATEWAY, type ServerConfig, type ServerSocket } from "./server_config.ts";
import type { ServerEvent, ServerSink } from "./server_event.ts";
import type { PacketKind } from "./server_limits.ts";
import { isOwnSocket, type ServerSettings, settingsOf } from "./server_settings.ts";
import type { ServerStatus } from "./server_status.ts";
import { SolicitationHandler } from "./solicitation_handler.ts";

/**
 * A Teredo server. It remembers nothing of its clients: each packet says all that is needed, and
 * clients don't notice a restart. Only its rate limits have memory, which is bounded.
 */
export class Server implements Machine<ServerSocket, ServerEvent, ServerStatus> {
  readonly #handled: Record<PacketKind, number> = { solicitations: 0, bubbles: 0, echoes: 0 };
  #parts: Parts;

  constructor(config: ServerConfig) {
    this.#parts = partsOf(settingsOf(config));
  }

  /**
   * Applies another configuration with the same addresses and port. Limits keep their counts unless
   * they change.
   */
  reconfigure(config: ServerConfig): void {
    this.#parts = partsOf(settingsOf(config), this.#parts);
    const { proofs, secrets } = this.#parts.settings;
    proofs?.revoke((identifier, secret) => isCurrent(secrets, identifier, secret));
  }

  handleDatagram(
    bytes: Uint8Array,
    from: Endpoint,
    via: ServerSocket,
    now: number,
    sink: ServerSink,
  ): void {
    const reason = this.serve(bytes, from, via, now, sink);
    if (reason !== undefined && reason !== FOR_GATEWAY) sink.drop(reason);
  }

  /**
   * Handles a datagram like {@linkcode Server.handleDatagram}, but leaves what is not for a server
   * to the caller, which may have a relay on the same sockets.
   *
   * The checks are in the order of RFC 4380 §5.3.1, with those of origin and loops between them.
   *
   * @returns why the datagram was not used, if so, or that the gateway must carry it
   */
  serve(
    bytes: Uint8Array,
    from: Endpoint,
    via: ServerSocket,
    now: number,
    sink: ServerSink,
  ): DropReason | typeof FOR_GATEWAY | undefined {
    // Cases 1, 2 and 4 at once for the most common datagrams.
    const plain = this.#parts.settings.secrets === undefined ? plainSolicitationAt(bytes) : -1;
    if (plain >= 0) {
      const failure = this.#checkSource(from) ??
        this.#parts.solicitations.handlePlain(bytes, plain, from, via, now, sink);
      return failure ?? this.#count("solicitations");
    }
    // Case 1. Only servers insert origin indications, and they have no reason to send them to each
    // other: this ends any loop between servers that the other checks might leave.
    const packet = parseTeredoPacket(bytes);
    if (typeof packet === "string") return packet;
    if (packet.origin !== undefined) return "origin_unexpected";
    // Case 2.
    const { ipv6 } = packet;
    const kind = isBubble(ipv6) ? "bubbles" : "echoes";
    if (kind === "echoes" && !isIcmpv6(ipv6)) return "not_bubble_or_icmpv6";
    // Case 3.
    const untrusted = this.#checkSource(from);
    if (untrusted !== undefined) return untrusted;
    if (this.#isToOwnSocket(ipv6)) return "loop";
    // Case 4.
    if (isLinkLocal(ipv6, SOURCE) && isSameIpv6(ipv6, DESTINATION, ALL_ROUTERS)) {
      if (!isRouterSolicitation(ipv6)) return "destination_invalid";
      const failure = this.#parts.solicitations.handle(packet, from, via, now, sink);
      return failure ?? this.#count("solicitations");
    }
    // Cases 5 to 7.
    const refusal = this.#checkEnds(ipv6, kind, from) ?? refuseToForward(ipv6, kind);
    if (refusal !== undefined) return refusal;
    if (this.#isForGateway(ipv6, kind)) return this.#leaveToGateway(ipv6, kind, from, now, sink);
    const failure = this.#parts.forwarder.forward(packet, kind, from, now, sink);
    return failure ?? this.#count(kind);
  }

  /**
   * Sends a bubble of a relay on the same sockets to a client of this server, as if it had come
   * from the primary socket over UDP, where it would count as a loop.
   */
  forwardForRelay(bubble: Uint8Array, now: number, sink: ServerSink): DropReason | undefined {
    const packet = parseTeredoPacket(bubble);
    if (typeof packet === "string") return packet;
    const { primary, port } = this.#parts.settings;
    const from = endpoint(primary, port);
    if (this.#isToOwnSocket(packet.ipv6)) return "loop";
    const failure = this.#checkEnds(packet.ipv6, "bubbles", from) ??
      refuseToForward(packet.ipv6, "bubbles") ??
      this.#parts.relayForwarder.forward(packet, "bubbles", from, now, sink);
    return failure ?? this.#count("bubbles");
  }

  /** Whether `at` is a socket of this server. */
  owns(at: Endpoint): boolean {
    return isOwnSocket(this.#parts.settings, at);
  }

  /** Native hosts reach clients through relays, not through a server. */
  handlePacket(_ipv6: Uint8Array, _now: number, sink: ServerSink): void {
    sink.drop("destination_invalid");
  }

  handleTimer(): void {}

  nextTimer(): number {
    return Infinity;
  }

  status(): ServerStatus {
    const { primary, secondary, port, advertisedMtu, secrets } = this.#parts.settings;
    return {
      role: "server",
      primary,
      secondary,
      port,
      advertisedMtu,
      secure: secrets !== undefined,
      solicitationsAnswered: this.#handled.solicitations,
      bubblesForwarded: this.#handled.bubbles,
      echoesForwarded: this.#handled.echoes,
      refused: this.#parts.limiter?.refused ?? new Map(),
    };
  }

  /** Case 3, packets from port 0, which can't be answered, and packets from this server itself. */
  #checkSource(from: Endpoint): DropReason | undefined {
    const isGlobal = this.#parts.settings.globalUnicast.has(addressOf(from));
    if (!isGlobal || portOf(from) === 0) return "source_not_global";
    return this.owns(from) ? "loop" : undefined;
  }

  /**
   * Whether a packet would be sent to this server, as if it were a client. Like a packet from it,
   * it would circulate for ever, because UDP uses up no hop limit (MTFL-SA-0603).
   */
  #isToOwnSocket(ipv6: Uint8Array): boolean {
    return isTeredo(ipv6, DESTINATION) && this.owns(mappingOf(ipv6, DESTINATION));
  }

  /**
   * Case 5: from a client that is where its address says. Case 6: from any other node to a client
   * of this server; its address may be link-local, which is what Miredo sends bubbles from. Case 7:
   * nothing else.
   */
  #checkEnds(ipv6: Uint8Array, kind: PacketKind, from: Endpoint): DropReason | undefined {
    if (isTeredo(ipv6, SOURCE)) {
      const told = mappingOf(ipv6, SOURCE);
      if (told === from) return undefined;
      const isClose = kind === "bubbles" && addressOf(told) === addressOf(from) &&
        this.#isToClient(ipv6);
      return isClose && this.#parts.settings.acceptPortMismatch ? undefined : "source_mismatch";
    }
    if (isMulticast(ipv6, SOURCE) || isUnspecified(ipv6, SOURCE) || isLoopback(ipv6, SOURCE)) {
      return "source_invalid";
    }
    return this.#isToClient(ipv6) ? undefined : "source_mismatch";
  }

  /** Whether a packet is the gateway's: each echo of a client is, wherever it goes. */
  #isForGateway(ipv6: Uint8Array, kind: PacketKind): boolean {
    return this.#parts.settings.withGateway && kind === "echoes" && isTeredo(ipv6, SOURCE);
  }

  /** The limits are those of a server without a gateway, which reflects as much. */
  #leaveToGateway(
    ipv6: Uint8Array,
    kind: PacketKind,
    from: Endpoint,
    now: number,
    sink: ServerSink,
  ): DropReason | typeof FOR_GATEWAY {
    const { limiter } = this.#parts;
    const isRefused = isTeredo(ipv6, DESTINATION)
      ? limiter?.refusesToClient(mappingOf(ipv6, DESTINATION), kind, from, now, sink)
      : limiter?.refusesToHost(ipv6, kind, from, now, sink);
    if (isRefused) return "rate_limited";
    this.#count(kind);
    return FOR_GATEWAY;
  }

  /** Whether a packet is for a client of this server. */
  #isToClient(ipv6: Uint8Array): boolean {
    return isTeredo(ipv6, DESTINATION) &&
      serverOf(ipv6, DESTINATION) === this.#parts.settings.primary;
  }

  #count(kind: PacketKind): undefined {
    this.#handled[kind]++;
  }
}

/** What handles packets, made for the settings. */
interface Parts {
  readonly settings: ServerSettings;
  readonly limiter: PacketLimiter | undefined;
  readonly solicitations: SolicitationHandler;
  readonly forwarder: Forwarder;
  /** Forwards the bubbles of the relay next to the server, which limits them itself. */
  readonly relayForwarder: Forwarder;
}

function partsOf(settings: ServerSettings, previous?: Parts): Parts {
  const { limits } = settings;
  const before = previous?.settings.limits;
  const isUnchanged = limits !== undefined && before !== undefined && areSameLimits(limits, before);
  const limiter = isUnchanged
    ? previous?.limiter
    : limits && new PacketLimiter(limits, randomAddressHash(settings.random));
  return {
    settings,
    limiter,
    solicitations: new SolicitationHandler(settings, limiter),
    forwarder: new Forwarder(settings, limiter),
    relayForwarder: new Forwarder(settings, undefined),
  };
}

/** Whether a secret is still the one of its identifier. */
function isCurrent(
  secrets: SecretStore | undefined,
  identifier: Uint8Array,
  secret: Uint8Array,
): boolean {
  const found = secrets?.find(identifier);
  return found !== undefined && !found.retired && equalArrays(found.secret, secret);
}
