/**
 * What the network did to packets, which nobody else can be blamed for.
 *
 * @module
 */

import { IPV6_HEADER_LENGTH } from "../../wire/ipv6_header.ts";
import type { LinkWatcher } from "../sim/link.ts";
import { keyOf, type Numbers, numbersOf } from "./numbered_packet.ts";

/** What comes before the data, and changes on the way: addresses, checksums, identifiers. */
const HEADERS = IPV6_HEADER_LENGTH + 8;

/** Remembers which packets the network doubled, and which it damaged. */
export class Meddling implements LinkWatcher {
  readonly #doubles = new Map<number, number>();
  readonly #damaged = new Set<string>();

  doubled(packet: Uint8Array): void {
    const numbers = numbersOf(packet);
    if (numbers !== undefined) this.#doubles.set(keyOf(numbers), this.copiesOf(numbers));
  }

  damaged(packet: Uint8Array): void {
    if (packet.length > HEADERS) this.#damaged.add(dataOf(packet));
  }

  /** How often a packet may arrive: once, and once more for each time that it was doubled. */
  copiesOf(numbers: Numbers): number {
    return 1 + (this.#doubles.get(keyOf(numbers)) ?? 0);
  }

  /** Whether the network made the packet's data what it is. */
  hasDamaged(packet: Uint8Array): boolean {
    return this.#damaged.has(dataOf(packet));
  }
}

function dataOf(packet: Uint8Array): string {
  return String.fromCharCode(...packet.subarray(HEADERS));
}
