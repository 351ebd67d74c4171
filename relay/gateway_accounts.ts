/**
 * How much each client of a gateway has sent and received.
 *
 * @module
 */

import { type Rate, TokenBucket } from "../protocol/token_bucket.ts";
import { RELAY_DEFAULTS } from "./relay_config.ts";

/** How many accounts are remembered: as many as a relay knows clients. */
const MAX_ACCOUNTS = RELAY_DEFAULTS.maxPeers;

/**
 * How many Teredo peers one account may look for: each costs bubbles through a server, and the
 * searches of one account must leave room for those of the others.
 */
const SEARCH_RATE = { perSecond: 10, burst: 40 } as const;

/** The limits of one account in octets, for each direction. */
interface Limits {
  readonly out: TokenBucket;
  readonly in: TokenBucket;
}

/**
 * The traffic of one client, or of all clients that share an identifier or address, and its limits.
 */
export class GatewayAccount {
  readonly name: string;
  /** Octets from the client. */
  octetsOut = 0;
  /** Octets to the client. */
  octetsIn = 0;
  /** When a packet was last counted, in whole milliseconds. */
  lastUse: number;
  #limits: Limits | undefined;
  /** Most clients never look for another one. */
  #searches: TokenBucket | undefined;

  constructor(name: string, rate: Rate | undefined, now: number) {
    this.name = name;
    this.lastUse = Math.floor(now);
    this.limit(rate);
  }

  /** Limits what the client sends, and what it receives, in octets; `undefined` lifts the limit. */
  limit(rate: Rate | undefined): void {
    this.#limits = rate && { out: new TokenBucket(rate), in: new TokenBucket(rate) };
  }

  /** Counts octets from the client, if the limit allows them. */
  takeOut(octets: number, now: number): boolean {
    if (this.#limits?.out.take(now, octets) === false) return false;
    this.octetsOut += octets;
    this.lastUse = Math.floor(now);
    return true;
  }

  /** Counts octets to the client, if the limit allows them. */
  takeIn(octets: number, now: number): boolean {
    if (this.#limits?.in.take(now, octets) === false) return false;
    this.octetsIn += octets;
    this.lastUse = Math.floor(now);
    return true;
  }

  /** Whether another Teredo peer may be looked for on behalf of the client. */
  maySearch(now: number): boolean {
    this.#searches ??= new TokenBucket(SEARCH_RATE);
    return this.#searches.take(now);
  }
}

/**
 * Accounts by name, bounded: the one that was opened least recently makes room. Each account in use
 * is opened again and again, because access is checked again and again.
 */
export class GatewayAccounts implements Iterable<GatewayAccount> {
  #rate: Rate | undefined;
  readonly #accounts = new Map<string, GatewayAccount>();

  /** @param rate the limit of each account in octets, for each direction */
  constructor(rate: Rate | undefined) {
    this.#rate = rate;
  }

  /** Sets another limit for all accounts. */
  limit(rate: Rate | undefined): void {
    this.#rate = rate;
    for (const account of this) account.limit(rate);
  }

  /** The account of that name; a new one if there is none. */
  open(name: string, now: number): GatewayAccount {
    const known = this.#accounts.get(name);
    if (known !== undefined) {
      // A map is in the order of insertion.
      this.#accounts.delete(name);
      this.#accounts.set(name, known);
      return known;
    }
    if (this.#accounts.size >= MAX_ACCOUNTS) {
      const [oldest] = this.#accounts.keys();
      this.#accounts.delete(oldest!);
    }
    const account = new GatewayAccount(name, this.#rate, now);
    this.#accounts.set(name, account);
    return account;
  }

  /** How many accounts there are. */
  get size(): number {
    return this.#accounts.size;
  }

  /**
   * The accounts that were used last, the most recent first. Which of them belong to it is decided
   * by when they were opened, because to compare all costs a relay more than the answer is worth.
   *
   * @param count how many there are at most
   */
  latest(count: number): GatewayAccount[] {
    const skipped = Math.max(0, this.size - count);
    return this.#accounts.values().drop(skipped).toArray()
      .sort((one, other) => other.lastUse - one.lastUse);
  }

  [Symbol.iterator](): Iterator<GatewayAccount> {
    return this.#accounts.values();
  }
}
