/**
 * Asking a server for a Router Advertisement, RFC 4380 §5.2.1: up to three solicitations, four
 * seconds apart.
 *
 * @module
 */

import { QUALIFICATION_TIMEOUT, QUALIFICATION_TRANSMISSIONS } from "../protocol/constants.ts";
import { type Random, randomBytes } from "../protocol/random.ts";
import {
  type Authentication,
  authenticationValue,
  NONCE_LENGTH,
  nonceOnly,
} from "../wire/authentication.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { linkLocal } from "../wire/ipv6_address.ts";
import { encodeRouterSolicitation } from "../wire/neighbor_discovery.ts";
import { equalOctets } from "../wire/octets.ts";
import { encodeTeredoPacket } from "../wire/teredo_packet.ts";
import type { ClientCredentials } from "./client_config.ts";

/**
 * fe80::ffff:ffff:fffe, the source of every solicitation: cone bit 0 (RFC 5991 §3.2). It is the one
 * of Windows. RFC 4380 §5.2.1 would have it carry the private address and port, which nobody needs.
 */
export const SOLICITATION_SOURCE: Readonly<Uint8Array> = linkLocal(0x0000ffff, 0xfffffffe);

const SOLICITATION = encodeRouterSolicitation(SOLICITATION_SOURCE);

/** One series of solicitations to one address of a server. */
export class Solicitation {
  /** The server's address and port. */
  readonly target: Endpoint;
  readonly #random: Random;
  readonly #credentials: ClientCredentials | undefined;
  readonly #nonces: Uint8Array[] = [];
  #deadline = -Infinity;

  constructor(target: Endpoint, random: Random, credentials: ClientCredentials | undefined) {
    this.target = target;
    this.#random = random;
    this.#credentials = credentials;
  }

  /** When the wait for an answer ends; in the past before the first transmission. */
  get deadline(): number {
    return this.#deadline;
  }

  /** How many solicitations went out. */
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
    return encodeTeredoPacket({ authentication: this.#authenticate(nonce), ipv6: SOLICITATION });
  }

  /** Whether `nonce` is of one of these solicitations; an answer may come late. */
  hasNonce(nonce: Uint8Array): boolean {
    return this.#nonces.some((sent) => equalOctets(sent, 0, nonce, 0, NONCE_LENGTH));
  }

  #authenticate(nonce: Uint8Array): Authentication {
    if (this.#credentials === undefined) return nonceOnly(nonce);
    const { identifier, secret } = this.#credentials;
    const content = { nonce, confirmation: 0, origin: undefined, ipv6: SOLICITATION };
    return { identifier, value: authenticationValue(secret, content), nonce, confirmation: 0 };
  }
}
