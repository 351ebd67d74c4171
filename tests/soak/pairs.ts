/**
 * Who pings whom: every pair of clients, and each client and the native host, both ways.
 *
 * @module
 */

import type { Machine } from "../netns/machine.ts";
import { ADDRESS } from "../netns/plan.ts";
import type { World } from "./world.ts";

/**
 * Clients of the gateway: they use native hosts with its address, so they are not called by native
 * hosts.
 */
const CALL_ONLY: readonly string[] = ["client A", "client C"];

const NATIVE_HOST = "native host";

/** How long a pair may be without an answer, in seconds: a refresh of a client, twice. */
export const LONGEST_SILENCE = 60;

/** How all pairs did in one round of pings. */
interface RoundResult {
  readonly requests: number;
  readonly roundTrips: readonly number[];
}

/** All pairs, and how long each has had no answer. */
export class Pairs {
  readonly #world: World;
  readonly #delay: (what: string) => void;
  readonly #answered = new Map<string, number>();
  readonly #silences = new Map<string, number>();

  /** @param delay notes that a pair had no answer for too long */
  constructor(world: World, delay: (what: string) => void) {
    this.#world = world;
    this.#delay = delay;
  }

  /** The longest time without an answer of each pair, in seconds. */
  get silences(): Record<string, number> {
    return Object.fromEntries(this.#silences);
  }

  /**
   * Pings once around.
   *
   * @param addresses the Teredo address of each client that has one, by its name
   * @param now in seconds
   */
  async round(addresses: ReadonlyMap<string, string>, now: () => number): Promise<RoundResult> {
    const results = await Promise.all(
      this.#all(addresses).map(async ([name, machine, to]) => {
        const result = await machine.ping(to, { count: 3, interval: 0.2, wait: 2 });
        this.#note(name, result.received > 0, now());
        return result;
      }),
    );
    return {
      requests: results.reduce((sum, { sent }) => sum + sent, 0),
      roundTrips: results.flatMap(({ replies }) => replies.map(({ roundTrip }) => roundTrip)),
    };
  }

  /** The pairs that do not answer now. */
  async stuck(addresses: ReadonlyMap<string, string>): Promise<string[]> {
    const results = await Promise.all(
      this.#all(addresses).map(async ([name, machine, to]) => {
        const { received } = await machine.ping(to, { count: 5, interval: 0.5, wait: 5 });
        return received > 0 ? [] : [name];
      }),
    );
    return results.flat();
  }

  #all(addresses: ReadonlyMap<string, string>): [name: string, from: Machine, to: string][] {
    const clients = this.#world.watched.filter(({ isClient }) => isClient);
    const all: [string, Machine, string][] = [];
    for (const from of clients) {
      all.push([`${from.name} → ${NATIVE_HOST}`, from.machine, ADDRESS.native]);
      for (const to of clients) {
        const address = addresses.get(to.name);
        if (to === from || address === undefined) continue;
        all.push([`${from.name} → ${to.name}`, from.machine, address]);
      }
      const own = addresses.get(from.name);
      if (own === undefined || CALL_ONLY.includes(from.name)) continue;
      all.push([`${NATIVE_HOST} → ${from.name}`, this.#world.lab.native, own]);
    }
    return all;
  }

  #note(pair: string, hasAnswered: boolean, now: number): void {
    const since = this.#answered.get(pair) ?? now;
    const silence = now - since;
    this.#silences.set(pair, Math.max(this.#silences.get(pair) ?? 0, silence));
    if (hasAnswered && silence > LONGEST_SILENCE) {
      this.#delay(`${pair}: no answer for ${silence.toFixed(0)} s`);
    }
    if (hasAnswered || !this.#answered.has(pair)) this.#answered.set(pair, now);
  }
}
