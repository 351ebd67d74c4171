/**
 * Packets that wait until a peer can be reached.
 *
 * @module
 */

/** How much the queues of one role hold together, shared by all of them. */
export class QueueBudget {
  readonly perPeer: number;
  readonly total: number;
  used = 0;

  /**
   * @param perPeer octets that wait for one peer at most
   * @param total octets that wait for all peers together at most
   */
  constructor(perPeer: number, total: number) {
    this.perPeer = perPeer;
    this.total = total;
  }
}

/** Packets in the order of their arrival, bounded in octets. */
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
    const budget = this.#budget;
    if (this.#octets + packet.length > budget.perPeer) return false;
    if (budget.used + packet.length > budget.total) return false;
    this.#packets.push(packet.slice());
    this.#octets += packet.length;
    budget.used += packet.length;
    return true;
  }

  /** Empties the queue; the oldest packet comes first. */
  take(): Uint8Array[] {
    const packets = this.#packets;
    this.#budget.used -= this.#octets;
    this.#packets = [];
    this.#octets = 0;
    return packets;
  }
}
