/**
 * The nonce of indirect bubbles, RFC 6081 §5.2: who returns it in a direct bubble is the peer that the
 * indirect one went to, wherever that direct bubble comes from.
 *
 * @module
 */

import { getU32 } from "../wire/octets.ts";
import { type Random, randomBytes } from "./random.ts";

/**
 * How long a nonce proves anything, in milliseconds. The RFC sets no end; but 32 bits are not many, and
 * the answer to a bubble comes at once.
 */
const NONCE_VALIDITY = 30_000;

/** The "Nonce Sent" of one peer: the latest one alone counts (§5.2.4.1). */
export class IssuedNonce {
  #nonce = 0;
  #issuedAt = -Infinity;

  /** A new nonce for the next indirect bubble; never 0, which stands for none (§5.2.4.3). */
  issue(random: Random, now: number): number {
    this.#nonce = getU32(randomBytes(random, 4), 0) || 1;
    this.#issuedAt = now;
    return this.#nonce;
  }

  /** Whether `nonce`, as a direct bubble has it, is the one that the peer was sent (§5.2.4.4). */
  isReturnedBy(nonce: number | undefined, now: number): boolean {
    return nonce === this.#nonce && now - this.#issuedAt < NONCE_VALIDITY;
  }
}
