/**
 * Merging the packets of a flow into one super-packet, so that the kernel is called once for all of
 * them and does its own work once.
 *
 * Several flows grow side by side. The order of packets within a flow is kept: if a packet cannot
 * join its flow's super-packet, that one goes out first.
 *
 *     add(p) ── not a candidate ─────────► p goes out as it is
 *        │
 *        └──── its flow's super-packet ──► takes it, and goes out once complete
 *                  │ cannot take it
 *                  └─────────────────────► goes out; p begins the next
 *
 * @module
 */

import { IPV6_HEADER_LENGTH, NextHeader, nextHeaderOf } from "../wire/ipv6_header.ts";
import { candidateHeaderLength, flowKeyOf, showsPorts } from "./candidate.ts";
import { type FrameReceiver, SuperPacket } from "./super_packet.ts";
import { clearVirtioHeader, VIRTIO_HEADER_LENGTH } from "./virtio_header.ts";

/**
 * Places for flows that grow side by side. Each has 64 KiB of memory, of which short packets use the
 * beginning. Packets of many flows that arrive together are also written together: going back and
 * forth between this program and the kernel costs each of them what it has in the processor's caches.
 */
const PLACES_BITS = 6;
const PLACES = 1 << PLACES_BITS;

/** A flow is in one of this many places in a row, and where they begin depends on the flow. */
const CHOICE = 4;

/** After this many beginnings everything goes out. */
const BEGUN_MAX = 256;

/** The longest packet: 40 octets of header, 65,535 of payload. */
const LONGEST = IPV6_HEADER_LENGTH + 65_535;

/** Gathers packets into frames: a virtio header and a packet or super-packet. */
export class Coalescer {
  readonly #receiver: FrameReceiver;
  readonly #gathersUdp: boolean;
  readonly #flows = Array.from({ length: PLACES }, () => new SuperPacket());
  /** The flow of the last packet. */
  #latest = this.#flows[0]!;
  /** The places of the flows that have begun, in that order; some may have ended since. */
  readonly #begun = new Uint8Array(BEGUN_MAX);
  #begunCount = 0;
  readonly #single = new Uint8Array(VIRTIO_HEADER_LENGTH + LONGEST);

  /**
   * @param receiver takes the frames
   * @param gathersUdp whether the kernel takes super-packets of UDP
   */
  constructor(receiver: FrameReceiver, gathersUdp: boolean) {
    this.#receiver = receiver;
    this.#gathersUdp = gathersUdp;
  }

  /**
   * Takes a packet, which goes out with the next flush at the latest. It is lent for the call only.
   */
  add(packet: Uint8Array): void {
    const headerLength = this.#isGathered(packet) ? candidateHeaderLength(packet) : 0;
    if (headerLength === 0) {
      this.#yieldTo(packet);
      this.#pass(packet);
    } else this.#gather(packet, headerLength);
  }

  /** Hands over everything that is left. */
  flush(): void {
    for (let i = 0; i < this.#begunCount; i++) {
      this.#flows[this.#begun[i]!]!.release(this.#receiver);
    }
    this.#begunCount = 0;
  }

  /** Gives its memory back; the coalescer must not be used afterwards. */
  close(): void {
    for (const flow of this.#flows) flow.close();
  }

  #isGathered(packet: Uint8Array): boolean {
    return this.#gathersUdp || packet.length < IPV6_HEADER_LENGTH ||
      nextHeaderOf(packet) !== NextHeader.UDP;
  }

  #gather(packet: Uint8Array, headerLength: number): void {
    const key = flowKeyOf(packet);
    // Usually a packet belongs to the same flow as the one before, or none of them does.
    let flow = this.#latest;
    if (flow.key !== key || flow.count === 0 || !flow.append(packet, headerLength)) {
      flow = this.#latest = this.#placeOf(packet, key);
      if (flow.count > 0 && !flow.append(packet, headerLength)) flow.release(this.#receiver);
      if (flow.count === 0) flow.begin(packet, headerLength, key);
    }
    if (flow.isComplete) flow.release(this.#receiver);
  }

  /** The flow of a packet, or else a place for it: a free one, or one whose flow makes room. */
  #placeOf(packet: Uint8Array, key: number): SuperPacket {
    const first = Math.imul(key, 0x9e3779b1) >>> (32 - PLACES_BITS);
    let free = -1;
    for (let i = 0; i < CHOICE; i++) {
      const place = (first + i) & (PLACES - 1);
      const flow = this.#flows[place]!;
      if (flow.count === 0) free = free < 0 ? place : free;
      else if (flow.key === key && flow.hasFlowOf(packet)) return flow;
    }
    const place = free < 0 ? first : free;
    const flow = this.#flows[place]!;
    flow.release(this.#receiver);
    if (this.#begunCount === BEGUN_MAX) this.flush();
    this.#begun[this.#begunCount++] = place;
    return flow;
  }

  /**
   * Releases what `packet` must not overtake: its flow, or everything between its two addresses if
   * extension headers hide its flow.
   */
  #yieldTo(packet: Uint8Array): void {
    if (packet.length < IPV6_HEADER_LENGTH) return;
    const hasPorts = showsPorts(packet);
    for (let i = 0; i < this.#begunCount; i++) {
      const flow = this.#flows[this.#begun[i]!]!;
      if (flow.count === 0) continue;
      if (hasPorts ? flow.hasFlowOf(packet) : flow.hasPairOf(packet)) flow.release(this.#receiver);
    }
  }

  /**
   * Hands a packet over as it is. Longer than the longest packet it cannot be: no TUN would take
   * it.
   */
  #pass(packet: Uint8Array): void {
    const length = Math.min(packet.length, LONGEST);
    clearVirtioHeader(this.#single, 0);
    const whole = length < packet.length ? packet.subarray(0, length) : packet;
    this.#single.set(whole, VIRTIO_HEADER_LENGTH);
    this.#receiver.frame(this.#single, VIRTIO_HEADER_LENGTH + length, 1);
  }
}
