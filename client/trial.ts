/**
 * The trial of a native host: the connectivity test that it has to pass (RFC 4380 §5.2.9), and what
 * came from it before.
 *
 * @module
 */

import { equalArrays } from "../memory/octets.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { TEST_VALIDITY } from "./timing.ts";

/** A packet that came before its sender had proved where it is. */
export interface HeldPacket {
  readonly packet: Uint8Array;
  readonly from: Endpoint;
}

/** Octets of packets held for one peer until its test is answered. */
const HELD_OCTETS = 4 * 1280;

/** A native host's state until it has proved where it is. */
export class Trial {
  #test: { readonly data: Uint8Array; readonly sentAt: number } | undefined;
  #held: HeldPacket[] = [];

  /** The data of the test under way, or new data from `draw`. */
  testData(now: number, draw: () => Uint8Array): Uint8Array {
    if (!this.isUnderWay(now)) this.#test = { data: draw(), sentAt: now };
    return this.#test!.data;
  }

  /** Whether a test is under way: its data was drawn a short time ago. */
  isUnderWay(now: number): boolean {
    return this.#test !== undefined && now - this.#test.sentAt < TEST_VALIDITY;
  }

  /** Whether an Echo Reply with `data` answers the test: all of it must match. */
  isAnsweredBy(data: Uint8Array, now: number): boolean {
    return this.isUnderWay(now) && equalArrays(data, this.#test!.data);
  }

  /** Keeps a copy of a packet from the network until the test is answered, if there is room. */
  hold(packet: Uint8Array, from: Endpoint): boolean {
    const octets = this.#held.reduce((sum, { packet }) => sum + packet.length, packet.length);
    if (octets > HELD_OCTETS) return false;
    this.#held.push({ packet: packet.slice(), from });
    return true;
  }

  /** Removes and returns the packets held; the oldest comes first. */
  takeHeld(): HeldPacket[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }
}
