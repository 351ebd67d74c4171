/**
 * What is known of the interfaces of the host, so that only changes are news.
 *
 * Kernels repeat themselves: each router advertisement renews addresses and routes, and a wireless
 * link reports every change of its signal. So reports about interfaces are remembered as facts, and
 * only a fact that comes or goes is news. Every report about this program's own interface is news,
 * and so is every route and rule: comparing them all would cost more than asking the kernel, once,
 * which way packets go now.
 *
 * @module
 */

import type { NetworkNews } from "./link_monitor.ts";

/** Facts beyond this number are forgotten: a host has dozens. */
const MAX_FACTS = 10_000;

/** A report of the kernel. */
export interface Report {
  /** Whether it is about a route or a rule. */
  readonly isRouting: boolean;
  /** The interface's index; 0 for a route through several or none, and for a rule. */
  readonly index: number;
  /**
   * What it says of an interface; undefined for a rule, and for a route that is not a default
   * route.
   */
  readonly fact: Fact | undefined;
}

/** Something about an interface that is true or not. */
interface Fact {
  readonly about: "link" | "address" | "route";
  /** What it is about, in octets: an address or a gateway. */
  readonly octets: Uint8Array;
  /** What else distinguishes it from others. */
  readonly detail: string;
  readonly holds: boolean;
}

/** News while they are read. */
export class GatheredNews implements NetworkNews {
  isOwn = false;
  isRouting = false;
  isVague = false;
  readonly interfaces: Set<number> = new Set();

  /** The news, if there is any. */
  get any(): NetworkNews | undefined {
    const { isOwn, isRouting, isVague, interfaces } = this;
    return isOwn || isRouting || isVague || interfaces.size > 0 ? this : undefined;
  }
}

/** The facts that were reported. */
export class InterfaceFacts {
  readonly #own: number | undefined;
  /** Facts by name, and whether they were true when they were last reported. */
  readonly #facts = new Map<string, boolean>();

  /** @param own the index of this program's interface */
  constructor(own: number | undefined) {
    this.#own = own;
  }

  /** Adds what is new about a report to `news`. */
  learn({ index, isRouting, fact }: Report, news: GatheredNews): void {
    if (index !== 0 && index === this.#own) {
      news.isOwn = true;
      return;
    }
    if (isRouting) news.isRouting = true;
    if (fact !== undefined && this.#isNew(index, fact)) news.interfaces.add(index);
  }

  #isNew(index: number, { about, octets, detail, holds }: Fact): boolean {
    const name = `${about} ${index} ${octets.toHex()} ${detail}`;
    if (this.#facts.get(name) === holds) return false;
    if (this.#facts.size >= MAX_FACTS) this.#facts.clear();
    this.#facts.set(name, holds);
    return true;
  }
}
