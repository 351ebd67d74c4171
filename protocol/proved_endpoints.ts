/**
 * Which clients have proved a secret lately, for a gateway that serves only those.
 *
 * A server answers a solicitation and forgets it (RFC 4380 §5.2.2). A gateway on the same host has
 * to know for each packet whether its sender is one of the server's clients, so the server notes
 * here what it verified: the endpoint that a solicitation came from, and the identifier that signed
 * it.
 *
 * Endpoints can be forged by anyone who holds a secret, so each identifier has a few places only: a
 * flood from one displaces its own. Nor does one identifier take an endpoint from another: it stands
 * beside it, and counts once the other's proof has ended.
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
  /** Proofs altogether. */
  readonly capacity: number;
}

/** The defaults of {@linkcode ProofLimits}. */
export const PROOF_LIMITS: ProofLimits = {
  lifetime: 300_000,
  perIdentifier: 64,
  capacity: 65_536,
};

/** What one identifier has proved at one endpoint. */
interface Proof {
  readonly endpoint: Endpoint;
  readonly identifier: string;
  secret: Uint8Array;
  until: number;
}

/**
 * Endpoints of clients that proved a secret. Bounded; times are milliseconds of the machine's
 * clock.
 */
export class ProvedEndpoints {
  readonly #limits: ProofLimits;
  /** The earliest proof first. */
  readonly #proofs = new Set<Proof>();
  /** The proofs at each endpoint. The first identifier there that still counts has it. */
  readonly #byEndpoint = new Map<Endpoint, Set<Proof>>();
  /** The proofs of each identifier, the earliest proof first. */
  readonly #byIdentifier = new Map<string, Set<Proof>>();

  constructor(limits: ProofLimits = PROOF_LIMITS) {
    this.#limits = limits;
  }

  /** How many proofs are remembered. */
  get size(): number {
    return this.#proofs.size;
  }

  /** The client at `endpoint` proved that it knows the secret of `identifier`. */
  add(endpoint: Endpoint, identifier: Uint8Array, secret: Uint8Array, now: number): void {
    const name = identifier.toHex();
    const until = now + this.#limits.lifetime;
    let known: Proof | undefined;
    for (const proof of this.#byEndpoint.get(endpoint) ?? []) {
      // One that has ended does not get its turn back.
      if (now >= proof.until) this.#forget(proof);
      else if (proof.identifier === name) known = proof;
    }
    if (known !== undefined) return this.#renew(known, secret, until);
    const own = this.#byIdentifier.get(name);
    if (own !== undefined && own.size >= this.#limits.perIdentifier) this.#forget(first(own));
    else if (this.#proofs.size >= this.#limits.capacity) this.#forget(first(this.#proofs));
    const proof: Proof = { endpoint, identifier: name, secret, until };
    this.#proofs.add(proof);
    addTo(this.#byEndpoint, endpoint, proof);
    addTo(this.#byIdentifier, name, proof);
  }

  /** The identifier that was proved at `endpoint`, in hexadecimal, if that was not too long ago. */
  accountOf(endpoint: Endpoint, now: number): string | undefined {
    for (const { identifier, until } of this.#byEndpoint.get(endpoint) ?? []) {
      if (now < until) return identifier;
    }
    return undefined;
  }

  /** Forgets what was proved by a secret that is not valid any more. */
  revoke(isValid: (identifier: Uint8Array, secret: Uint8Array) => boolean): void {
    for (const proof of this.#proofs) {
      if (!isValid(Uint8Array.fromHex(proof.identifier), proof.secret)) this.#forget(proof);
    }
  }

  /** It becomes the latest proof, but keeps its place at the endpoint. */
  #renew(proof: Proof, secret: Uint8Array, until: number): void {
    proof.secret = secret;
    proof.until = until;
    for (const proofs of [this.#proofs, this.#byIdentifier.get(proof.identifier)!]) {
      proofs.delete(proof);
      proofs.add(proof);
    }
  }

  #forget(proof: Proof): void {
    this.#proofs.delete(proof);
    removeFrom(this.#byEndpoint, proof.endpoint, proof);
    removeFrom(this.#byIdentifier, proof.identifier, proof);
  }
}

function addTo<K>(proofs: Map<K, Set<Proof>>, key: K, proof: Proof): void {
  const others = proofs.get(key);
  if (others === undefined) proofs.set(key, new Set([proof]));
  else others.add(proof);
}

function removeFrom<K>(proofs: Map<K, Set<Proof>>, key: K, proof: Proof): void {
  const others = proofs.get(key)!;
  others.delete(proof);
  if (others.size === 0) proofs.delete(key);
}

function first(proofs: Iterable<Proof>): Proof {
  const [proof] = proofs;
  return proof!;
}
