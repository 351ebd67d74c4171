/**
 * Router Solicitations, RFC 4380 §5.3.2.
 *
 * @module
 */

import type { DropReason } from "../protocol/drop_reason.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { SOURCE } from "../wire/ipv6_header.ts";
import { checkRouterSolicitation } from "../wire/neighbor_discovery.ts";
import { PLAIN_NONCE } from "../wire/plain_solicitation.ts";
import { isCone } from "../wire/teredo_address.ts";
import type { TeredoPacket } from "../wire/teredo_packet.ts";
import { AdvertisementBuffer } from "./advertisement_buffer.ts";
import { authenticate, secureElement } from "./credentials.ts";
import type { PacketLimiter } from "./packet_limiter.ts";
import { RefusalReports } from "./refusal_reports.ts";
import type { SecretStore } from "./secret_store.ts";
import type { ServerSocket } from "./server_config.ts";
import type { RefusalCause, ServerSink } from "./server_event.ts";
import type { ServerSettings } from "./server_settings.ts";

const NO_IDENTIFIER = new Uint8Array(0);

/** Answers Router Solicitations with Router Advertisements. */
export class SolicitationHandler {
  readonly #settings: ServerSettings;
  readonly #limiter: PacketLimiter | undefined;
  readonly #buffer: AdvertisementBuffer;
  readonly #reports = new RefusalReports();

  constructor(settings: ServerSettings, limiter: PacketLimiter | undefined) {
    const { primary, port, advertisedMtu } = settings;
    this.#settings = settings;
    this.#limiter = limiter;
    this.#buffer = new AdvertisementBuffer(primary, port, advertisedMtu);
  }

  /**
   * Answers a packet from a link-local address to all routers.
   *
   * RFC 4380 §5.3.2 requires the destination of the answer to be global unicast. It is the outer
   * source, which case 3 of §5.3.1 has checked.
   *
   * @returns why there was no answer, if so
   */
  handle(
    packet: TeredoPacket,
    from: Endpoint,
    via: ServerSocket,
    now: number,
    sink: ServerSink,
  ): DropReason | undefined {
    const { ipv6 } = packet;
    const malformed = checkRouterSolicitation(ipv6);
    if (malformed !== undefined) return malformed;
    const sender = isCone(ipv6, SOURCE) ? other(via) : via;
    // Comes before the HMAC, so that a flood of solicitations does not make us compute one for
    // each.
    const refusal = this.#refusal(sender, from, now, sink);
    if (refusal !== undefined) return refusal;
    const { secrets } = this.#settings;
    const answer = secrets === undefined
      ? this.#answer(packet, from)
      : this.#secureAnswer(packet, from, secrets, now, sink);
    if (typeof answer === "string") return answer;
    sink.datagram(from, sender, answer);
    return undefined;
  }

  /**
   * Answers a solicitation of the usual shape, as {@linkcode plainSolicitationAt} finds it, like
   * {@linkcode SolicitationHandler.handle}. Only for a server without secrets.
   *
   * @param at where in the datagram the IPv6 packet begins; a nonce precedes it unless it is 0
   */
  handlePlain(
    datagram: Uint8Array,
    at: number,
    from: Endpoint,
    via: ServerSocket,
    now: number,
    sink: ServerSink,
  ): DropReason | undefined {
    const sender = isCone(datagram, at + SOURCE) ? other(via) : via;
    const refusal = this.#refusal(sender, from, now, sink);
    if (refusal !== undefined) return refusal;
    if (at === 0 && this.#settings.requireNonce) return "authentication_missing";
    const answer = this.#buffer.write(datagram, at, from);
    sink.datagram(from, sender, at > 0 ? this.#buffer.prependNonce(datagram, PLAIN_NONCE) : answer);
    return undefined;
  }

  /** Why a solicitation is not answered, apart from what it says. */
  #refusal(
    sender: ServerSocket,
    from: Endpoint,
    now: number,
    sink: ServerSink,
  ): DropReason | undefined {
    if (sender === "secondary" && this.#settings.secondary === undefined) {
      return "secondary_missing";
    }
    return this.#limiter?.refuses("solicitations", from, now, sink) ? "rate_limited" : undefined;
  }

  #answer({ ipv6, authentication }: TeredoPacket, from: Endpoint): Uint8Array | DropReason {
    if (authentication === undefined) {
      return this.#settings.requireNonce
        ? "authentication_missing"
        : this.#buffer.write(ipv6, 0, from);
    }
    this.#buffer.write(ipv6, 0, from);
    return this.#buffer.prependNonce(authentication.nonce, 0);
  }

  #secureAnswer(
    { ipv6, authentication }: TeredoPacket,
    from: Endpoint,
    secrets: SecretStore,
    now: number,
    sink: ServerSink,
  ): Uint8Array | DropReason {
    if (authentication === undefined) {
      this.#reportRefused("no_identifier", NO_IDENTIFIER, from, now, sink);
      return "authentication_missing";
    }
    const { identifier } = authentication;
    const client = authenticate(secrets, authentication, ipv6);
    if (typeof client === "string") {
      this.#reportRefused(client, identifier, from, now, sink);
      return "authentication_failed";
    }
    if (!client.retired) {
      this.#settings.proofs?.add(from, identifier, client.secret, now);
    } else if (this.#reports.take(identifier, from, now)) {
      sink.event({ type: "retired_key_used", identifier: identifier.slice(), client: from });
    }
    this.#buffer.write(ipv6, 0, from);
    const { advertisement } = this.#buffer;
    return this.#buffer.prepend(secureElement(authentication, client, from, advertisement));
  }

  #reportRefused(
    cause: RefusalCause,
    identifier: Uint8Array,
    from: Endpoint,
    now: number,
    sink: ServerSink,
  ): void {
    if (!this.#reports.take(identifier, from, now)) return;
    sink.event({ type: "client_refused", cause, identifier: identifier.slice(), client: from });
  }
}

/**
 * The socket that answers a client with the cone bit, RFC 4380 §5.3.2: only a cone NAT lets that
 * answer in. Clients do not set the bit since RFC 5991 §3.2, but servers must still honour it.
 */
function other(via: ServerSocket): ServerSocket {
  return via === "primary" ? "secondary" : "primary";
}
