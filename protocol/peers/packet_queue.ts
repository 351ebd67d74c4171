/**
 * Packets that wait until a peer can be reached.
 *
 * @module
 */

import type { QueueBudget } from "./queue_budget.ts";

/** Packets in order of arrival, bounded in octets. */
export class PacketQueue {
  readonly #budget: QueueBudget;
  #packets: Uint8Array[] = [];
  #octets = 0;

  constructor(budget: QueueBudget) {
    this.#budget = budget;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#packets.length === 0;
  }

  /** Keeps a copy of `packet`, if there is room. */
  push(packet: Uint8Array): boolean {
    if (this.#octets + packet.length > this.#budget.perPeer) return false;
    if (!this.#budget.take(packet)) return false;
    // Mostly there is only one, and `push` would allocate room for seventeen.
    if (this.isEmpty) this.#packets = [packet.slice()];
    else this.#packets.push(packet.slice());
    this.#octets += packet.length;
    return true;
  }

  /** Empties the queue; the oldest packet comes first. */
  take(): Uint8Array[] {
    const packets = this.#packets;
    for (const packet of packets) this.#budget.give(packet);
    this.#packets = [];
    this.#octets = 0;
    return packets;
  }
}
