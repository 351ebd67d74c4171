/**
 * Keeping a relay's limits: how many clients it looks for, and how often it asks their servers.
 *
 * @module
 */

import type { AddressHash } from "../protocol/address_hash.ts";
import { KeyedLimiter } from "../protocol/keyed_limiter.ts";
import { areSameLimits, TokenBucket } from "../protocol/token_bucket.ts";
import { addressOf, type Endpoint } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";
import { SOURCE } from "../wire/ipv6_header.ts";
import { mappingOf } from "../wire/teredo_address.ts";
import type { RelayLimits } from "./relay_limits.ts";

/** Counts searches and bubbles, and refuses those that exceed the limits. */
export class RelayLimiter {
  readonly #hash: AddressHash;
  readonly #limits: RelayLimits;
  readonly #perClient: KeyedLimiter | undefined;
  readonly #perServer: KeyedLimiter | undefined;
  readonly #perSite: KeyedLimiter | undefined;
  readonly #perAddress: KeyedLimiter | undefined;
  readonly #total: TokenBucket | undefined;

  constructor(limits: RelayLimits, hash: AddressHash) {
    this.#hash = hash;
    this.#limits = limits;
    this.#perClient = KeyedLimiter.of(limits.bubblesPerClient);
    this.#perServer = KeyedLimiter.of(limits.bubblesPerServer);
    this.#perSite = KeyedLimiter.of(limits.newClientsPerSite);
    this.#perAddress = KeyedLimiter.of(limits.newClientsPerAddress);
    this.#total = limits.newClientsInTotal && new TokenBucket(limits.newClientsInTotal);
  }

  /** A limiter with these limits: this one, with all that it has counted, if they are the same. */
  with(limits: RelayLimits): RelayLimiter {
    return areSameLimits(limits, this.#limits) ? this : new RelayLimiter(limits, this.#hash);
  }

  /** Whether a native packet may begin a search for another client. */
  admitsFromSite(ipv6: Uint8Array, now: number): boolean {
    return this.#admits(this.#perSite, this.#hash.ofSite(ipv6, SOURCE), now);
  }

  /** Whether a packet of a client may begin a search for that client. */
  admitsFromClient(ipv6: Uint8Array, now: number): boolean {
    const address = this.#hash.ofIpv4(addressOf(mappingOf(ipv6, SOURCE)));
    return this.#admits(this.#perAddress, address, now);
  }

  /** Whether one more bubble may go to a client through a server. */
  admitsBubble(client: Endpoint, server: Ipv4Address, now: number): boolean {
    if (this.#perClient?.take(this.#hash.ofEndpoint(client), now) === false) return false;
    return this.#perServer?.take(this.#hash.ofIpv4(server), now) !== false;
  }

  #admits(limit: KeyedLimiter | undefined, origin: number, now: number): boolean {
    return limit?.take(origin, now) !== false && this.#total?.take(now) !== false;
  }
}
