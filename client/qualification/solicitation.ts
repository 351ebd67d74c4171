/**
 * Asking a server for a Router Advertisement, RFC 4380 §5.2.1: up to three solicitations, four
 * seconds apart.
 *
 * @module
 */

import { type Random, randomBytes } from "../../protocol/random.ts";
import {
  type Authentication,
  authenticationValue,
  NONCE_LENGTH,
  nonceOnly,
} from "../../wire/authentication.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { linkLocal } from "../../wire/ipv6_address.ts";
import { encodeRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { equalArrays } from "../../memory/octets.ts";
import { encodeTeredoPacket } from "../../wire/teredo_packet.ts";
import type { ClientCredentials } from "../client_config.ts";
import { QUALIFICATION_TIMEOUT, QUALIFICATION_TRANSMISSIONS } from "../timing.ts";

/**
 * fe80::ffff:ffff:fffe, the source of every solicitation: cone bit 0 (RFC 5991 §3.2). Windows uses
 * the same. RFC 4380 §5.2.1 would have it carry the private address and port, which nobody needs.
 */
export const SOLICITATION_SOURCE: Readonly<Uint8Array> = linkLocal(0x0000ffff, 0xfffffffe);

/**
 * fe80::8000:ffff:ffff:fffd, the source of a solicitation with cone bit 1, which a server answers
 * from its other address (RFC 4380 §5.3.2). Clients no longer send it (RFC 5991 §3.2); a probe
 * does, to see what the NAT lets in.
 */
export const CONE_SOLICITATION_SOURCE: Readonly<Uint8Array> = linkLocal(0x8000ffff, 0xfffffffd);

/** One series of solicitations to one address of a server. */
export class Solicitation {
  /** The server's address and port. */
  readonly target: Endpoint;
  /** The IPv6 source, 16 octets: where the advertisement goes. */
  readonly source: Readonly<Uint8Array>;
  readonly #packet: Uint8Array;
  readonly #random: Random;
  readonly #credentials: ClientCredentials | undefined;
  readonly #nonces: Uint8Array[] = [];
  #deadline = -Infinity;
  /**
   * Whether an answer came with one of our nonces but without proof that its sender knows our
   * secret.
   */
  hasUnprovedAnswer = false;

  constructor(
    target: Endpoint,
    random: Random,
    credentials: ClientCredentials | undefined,
    source: Readonly<Uint8Array> = SOLICITATION_SOURCE,
  ) {
    this.target = target;
    this.source = source;
    this.#packet = encodeRouterSolicitation(source);
    this.#random = random;
    this.#credentials = credentials;
  }

  /** When the wait for an answer ends; in the past before the first transmission. */
  get deadline(): number {
    return this.#deadline;
  }

  /** How many solicitations have gone out. */
  get transmissions(): number {
    return this.#nonces.length;
  }

  /** Whether no more solicitations may be sent. */
  get isExhausted(): boolean {
    return this.#nonces.length >= QUALIFICATION_TRANSMISSIONS;
  }

  /** The next solicitation, with a fresh nonce; the wait for its answer begins at `now`. */
  next(now: number): Uint8Array {
    const nonce = randomBytes(this.#random, NONCE_LENGTH);
    this.#nonces.push(nonce);
    this.#deadline = now + QUALIFICATION_TIMEOUT;
    return encodeTeredoPacket({ authentication: this.#authenticate(nonce), ipv6: this.#packet });
  }

  /** Whether `nonce` belongs to any of these solicitations, because an answer may come late. */
  hasNonce(nonce: Uint8Array): boolean {
    return this.#nonces.some((sent) => equalArrays(sent, nonce));
  }

  #authenticate(nonce: Uint8Array): Authentication {
    if (this.#credentials === undefined) return nonceOnly(nonce);
    const { identifier, secret } = this.#credentials;
    const content = { nonce, confirmation: 0, origin: undefined, ipv6: this.#packet };
    return { identifier, value: authenticationValue(secret, content), nonce, confirmation: 0 };
  }
}
