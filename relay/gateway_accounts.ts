/**
 * How much each client of a gateway has sent and received.
 *
 * @module
 */

import { type Rate, TokenBucket } from "../protocol/token_bucket.ts";

/** How many accounts are kept. */
const MAX_ACCOUNTS = 4096;

/**
 * Teredo peers that one account may look for: each is a bubble through some server, and the searches of
 * one must leave room for those of the others.
 */
const SEARCH_RATE = { perSecond: 10, burst: 40 } as const;

/** What one client, or all clients with one identifier or address, may have and has had. */
export class GatewayAccount {
  readonly name: string;
  /** Octets carried from the client. */
  octetsOut = 0;
  /** Octets carried to the client. */
  octetsIn = 0;
  /** When a packet last counted. */
  lastUse: number;
  #out: TokenBucket | undefined;
  #in: TokenBucket | undefined;
  readonly #searches = new TokenBucket(SEARCH_RATE);

  constructor(name: string, rate: Rate | undefined, now: number) {
    this.name = name;
    this.lastUse = now;
    this.limit(rate);
  }

  /** Caps what the client sends, and what it receives, in octets; `undefined` lifts the cap. */
  limit(rate: Rate | undefined): void {
    this.#out = rate && new TokenBucket(rate);
    this.#in = rate && new TokenBucket(rate);
  }

  /** Counts octets from the client, if the cap allows. */
  takeOut(octets: number, now: number): boolean {
    if (this.#out !== undefined && !this.#out.take(now, octets)) return false;
    this.octetsOut += octets;
    this.lastUse = now;
    return true;
  }

  /** Counts octets to the client, if the cap allows. */
  takeIn(octets: number, now: number): boolean {
    if (this.#in !== undefined && !this.#in.take(now, octets)) return false;
    this.octetsIn += octets;
    this.lastUse = now;
    return true;
  }

  /** Whether another Teredo peer may be looked for on behalf of the client. */
  maySearch(now: number): boolean {
    return this.#searches.take(now);
  }
}

/** Accounts by name, bounded: the one that was used least recently makes room. */
export class GatewayAccounts implements Iterable<GatewayAccount> {
  #rate: Rate | undefined;
  readonly #accounts = new Map<string, GatewayAccount>();

  /** @param rate the cap of each account in octets, for each direction */
  constructor(rate: Rate | undefined) {
    this.#rate = rate;
  }

  /** Caps every account anew. */
  limit(rate: Rate | undefined): void {
    this.#rate = rate;
    for (const account of this) account.limit(rate);
  }

  /** The account of that name; a new one if there is none. */
  open(name: string, now: number): GatewayAccount {
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    if (this.#accounts.size >= MAX_ACCOUNTS) this.#accounts.delete(this.#leastRecent().name);
    const account = new GatewayAccount(name, this.#rate, now);
    this.#accounts.set(name, account);
    return account;
  }

  [Symbol.iterator](): Iterator<GatewayAccount> {
    return this.#accounts.values();
  }

  /** Looked for among all: accounts are opened seldom, and used with every packet. */
  #leastRecent(): GatewayAccount {
    let least: GatewayAccount | undefined;
    for (const account of this) {
      if (least === undefined || account.lastUse < least.lastUse) least = account;
    }
    return least!;
  }
}
