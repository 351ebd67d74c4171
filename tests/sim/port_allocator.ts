/**
 * Choosing the external ports of a NAT.
 *
 * @module
 */

import { type Random, uniform } from "../../protocol/random.ts";
import type { PortAllocation } from "./nat_behaviour.ts";

const FIRST = 1024;
const COUNT = 0x10000 - FIRST;

/** Hands out ports from 1024 up (preserved ones may be lower) by one of the strategies. */
export class PortAllocator {
  readonly #strategy: PortAllocation;
  readonly #random: Random;
  /** Where the sequence goes on. */
  #next: number;

  constructor(strategy: PortAllocation, random: Random) {
    this.#strategy = strategy;
    this.#random = random;
    this.#next = this.#draw();
  }

  /**
   * A port that is not taken, for an internal socket with the port `internal`.
   *
   * @returns `undefined` when all are taken
   */
  allocate(internal: number, isTaken: (port: number) => boolean): number | undefined {
    if (this.#strategy === "preserving" && !isTaken(internal)) return internal;
    const start = this.#strategy === "sequential" ? this.#next : this.#draw();
    for (let i = 0; i < COUNT; i++) {
      const port = FIRST + (start - FIRST + i) % COUNT;
      if (isTaken(port)) continue;
      this.#next = port + 1;
      return port;
    }
    return undefined;
  }

  /** Goes on anywhere, as after a power cut. */
  reset(): void {
    this.#next = this.#draw();
  }

  #draw(): number {
    return Math.floor(uniform(this.#random, FIRST, FIRST + COUNT));
  }
}
