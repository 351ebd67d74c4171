/**
 * Which clients have proved a secret lately, for a gateway that serves only those.
 *
 * A server answers a solicitation and forgets it (RFC 4380 §5.2.2). A gateway on the same host has
 * to know for each packet whether its sender is one of the server's clients, so the server notes
 * here what it verified: the endpoint that a solicitation came from, and the identifier that signed
 * it.
 *
 * Endpoints can be forged by anyone who holds a secret, so each identifier has a few places only: a
 * flood from one displaces its own.
 *
 * @module
 */

import type { Endpoint } from "../wire/endpoint.ts";

/** How much is remembered, and for how long. */
interface ProofLimits {
  /**
   * How long a proof counts, in milliseconds. A client solicits again at the end of its refresh
   * interval, which is 120 s at most (RFC 4380 §5.2.7), and may postpone that once.
   */
  readonly lifetime: number;
  /**
   * Endpoints of one identifier. People share an invitation, and a client that starts again behind
   * its NAT takes another place. If more are in use, each is without access for a part of the time.
   */
  readonly perIdentifier: number;
  /** Endpoints altogether. */
  readonly capacity: number;
}

/** The defaults of {@linkcode ProofLimits}. */
export const PROOF_LIMITS: ProofLimits = {
  lifetime: 300_000,
  perIdentifier: 64,
  capacity: 65_536,
};

/** One endpoint and what was proved there. */
interface Proof {
  readonly identifier: string;
  readonly secret: Uint8Array;
  readonly until: number;
}

/**
 * Endpoints of clients that proved a secret. Bounded; times are milliseconds of the machine's
 * clock.
 */
export class ProvedEndpoints {
  readonly #limits: ProofLimits;
  /** The earliest proof first. */
  readonly #proofs = new Map<Endpoint, Proof>();
  /** The endpoints of each identifier, the earliest proof first. */
  readonly #byIdentifier = new Map<string, Set<Endpoint>>();

  constructor(limits: ProofLimits = PROOF_LIMITS) {
    this.#limits = limits;
  }

  /** How many endpoints are remembered. */
  get size(): number {
    return this.#proofs.size;
  }

  /** The client at `endpoint` proved that it knows the secret of `identifier`. */
  add(endpoint: Endpoint, identifier: Uint8Array, secret: Uint8Array, now: number): void {
    this.#forget(endpoint);
    const proof = { identifier: identifier.toHex(), secret, until: now + this.#limits.lifetime };
    const endpoints = this.#byIdentifier.get(proof.identifier) ?? new Set();
    if (endpoints.size >= this.#limits.perIdentifier) this.#forget(first(endpoints));
    else if (this.#proofs.size >= this.#limits.capacity) this.#forget(first(this.#proofs.keys()));
    this.#proofs.set(endpoint, proof);
    endpoints.add(endpoint);
    this.#byIdentifier.set(proof.identifier, endpoints);
  }

  /** The identifier that was proved at `endpoint`, in hexadecimal, if that was not too long ago. */
  accountOf(endpoint: Endpoint, now: number): string | undefined {
    const proof = this.#proofs.get(endpoint);
    return proof !== undefined && now < proof.until ? proof.identifier : undefined;
  }

  /** Forgets what was proved by a secret that is not valid any more. */
  revoke(isValid: (identifier: Uint8Array, secret: Uint8Array) => boolean): void {
    for (const [endpoint, { identifier, secret }] of this.#proofs) {
      if (!isValid(Uint8Array.fromHex(identifier), secret)) this.#forget(endpoint);
    }
  }

  #forget(endpoint: Endpoint): void {
    const proof = this.#proofs.get(endpoint);
    if (proof === undefined) return;
    this.#proofs.delete(endpoint);
    const endpoints = this.#byIdentifier.get(proof.identifier)!;
    endpoints.delete(endpoint);
    if (endpoints.size === 0) this.#byIdentifier.delete(proof.identifier);
  }
}

function first(endpoints: Iterable<Endpoint>): Endpoint {
  const [endpoint] = endpoints;
  return endpoint!;
}
