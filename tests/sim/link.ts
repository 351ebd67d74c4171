/**
 * Links that lose, delay, repeat and reorder.
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
  victims: undefined,
};

/** A link between one node and its network. */
export class Link {
  /** May be changed at any time. */
  quality: LinkQuality;
  readonly #random: Random;

  /** @param quality what differs from {@linkcode GOOD_LINK} */
  constructor(quality: Partial<LinkQuality>, random: Random) {
    this.quality = { ...GOOD_LINK, ...quality };
    this.#random = random;
  }

  /** What becomes of a packet: the delay of each copy that arrives; none when it is lost. */
  carry(kind: PacketKind): number[] {
    const { delay, loss, duplication, victims } = this.quality;
    if (victims !== undefined && !victims.includes(kind)) return [delay];
    if (this.#happens(loss)) return [];
    return this.#happens(duplication) ? [this.#delay(), this.#delay()] : [this.#delay()];
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
