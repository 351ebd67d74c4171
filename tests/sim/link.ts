/**
 * Links that lose, delay, repeat, reorder and damage.
 *
 * @module
 */

import { type Random, uniform } from "../../protocol/random.ts";
import type { PacketKind } from "./packet_kind.ts";

/**
 * What a link does to packets, in either direction. Shares are from 0 to 1, times in milliseconds.
 */
export interface LinkQuality {
  /** What every packet takes. */
  readonly delay: number;
  /** Up to this much is added at random; packets may overtake each other. */
  readonly jitter: number;
  /** The share of packets that vanish. */
  readonly loss: number;
  /** The share of packets that arrive twice. */
  readonly duplication: number;
  /**
   * The share of packets that are held back for {@linkcode heldBack}, so that later ones overtake.
   */
  readonly reordering: number;
  /** See {@linkcode reordering}. */
  readonly heldBack: number;
  /** The share of packets in which up to three bits arrive flipped, unseen by any checksum of UDP. */
  readonly corruption: number;
  /** The share of packets that arrive without their end. */
  readonly truncation: number;
  /** Packets with more octets than this vanish without a word: a black hole for large ones. */
  readonly mtu: number;
  /**
   * The kinds of packets that suffer so; the others take {@linkcode delay} only. All unless given.
   */
  readonly victims: readonly PacketKind[] | undefined;
}

/** A link without faults, and 10 ms long. */
export const GOOD_LINK: LinkQuality = {
  delay: 10,
  jitter: 0,
  loss: 0,
  duplication: 0,
  reordering: 0,
  heldBack: 50,
  corruption: 0,
  truncation: 0,
  mtu: Infinity,
  victims: undefined,
};

/** Learns what links do to packets that the sender did not intend. */
export interface LinkWatcher {
  /** The packet arrives twice. */
  doubled(packet: Uint8Array): void;
  /** A packet arrives in this shape, which nobody sent. */
  damaged(packet: Uint8Array): void;
}

/** A link between one node and its network. */
export class Link {
  watcher: LinkWatcher | undefined;
  /** May be changed at any time. */
  quality: LinkQuality;
  readonly #random: Random;

  /** @param quality what differs from {@linkcode GOOD_LINK} */
  constructor(quality: Partial<LinkQuality>, random: Random) {
    this.quality = { ...GOOD_LINK, ...quality };
    this.#random = random;
  }

  /**
   * What becomes of a packet: the delay of each copy that arrives; none when it is lost.
   *
   * @param packet the packet, if its length matters
   */
  carry(kind: PacketKind, packet?: Uint8Array): number[] {
    const { delay, loss, duplication, mtu, victims } = this.quality;
    if (victims !== undefined && !victims.includes(kind)) return [delay];
    if (this.#happens(loss) || (packet?.length ?? 0) > mtu) return [];
    if (!this.#happens(duplication)) return [this.#delay()];
    if (packet !== undefined) this.watcher?.doubled(packet);
    return [this.#delay(), this.#delay()];
  }

  /** A copy of `packet` as it arrives: the packet itself unless it is damaged. */
  damage(packet: Uint8Array): Uint8Array {
    const { corruption, truncation } = this.quality;
    let arrived = packet;
    if (this.#happens(truncation)) arrived = arrived.subarray(0, this.#upTo(packet.length));
    if (this.#happens(corruption)) arrived = this.#corrupt(arrived);
    if (arrived !== packet) this.watcher?.damaged(arrived);
    return arrived;
  }

  #corrupt(packet: Uint8Array): Uint8Array {
    const corrupted = packet.slice();
    for (let flips = 1 + this.#upTo(3); flips > 0 && packet.length > 0; flips--) {
      corrupted[this.#upTo(packet.length)]! ^= 1 << this.#upTo(8);
    }
    return corrupted;
  }

  /** A whole number below `end`. */
  #upTo(end: number): number {
    return Math.floor(uniform(this.#random, 0, end));
  }

  #delay(): number {
    const { delay, jitter, reordering, heldBack } = this.quality;
    const extra = jitter === 0 ? 0 : uniform(this.#random, 0, jitter);
    return delay + extra + (this.#happens(reordering) ? heldBack : 0);
  }

  #happens(share: number): boolean {
    return share > 0 && uniform(this.#random, 0, 1) < share;
  }
}
