/**
 * Packets that wait until a peer can be reached.
 *
 * @module
 */

import { NONE, type PacketStore } from "./packet_store.ts";

/** Packets in order of arrival, bounded in octets. */
export class PacketQueue {
  readonly #store: PacketStore;
  #first = NONE;
  #last = NONE;
  #octets = 0;

  /** @param store holds the packets */
  constructor(store: PacketStore) {
    this.#store = store;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#first === NONE;
  }

  /** Keeps a copy of `packet`, if there is room. */
  push(packet: Uint8Array): boolean {
    if (this.#octets + packet.length > this.#store.budget.perPeer) return false;
    const kept = this.#store.keep(packet);
    if (kept === NONE) return false;
    if (this.isEmpty) this.#first = kept;
    else this.#store.link(this.#last, kept);
    this.#last = kept;
    this.#octets += packet.length;
    return true;
  }

  /** Empties the queue; the oldest packet comes first. */
  take(): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (let at = this.#first; at !== NONE; at = this.#store.after(at)) {
      packets.push(this.#store.copyOf(at));
    }
    this.clear();
    return packets;
  }

  /** Empties the queue without copying anything. */
  clear(): void {
    for (let at = this.#first; at !== NONE;) {
      const next = this.#store.after(at);
      this.#store.discard(at);
      at = next;
    }
    this.#first = this.#last = NONE;
    this.#octets = 0;
  }
}
