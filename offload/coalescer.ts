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

/** Flows that grow side by side; each has 64 KiB of memory. */
const FLOWS = 8;

/** Where the virtio header of a packet that goes out as it is begins, and the packet. */
const FRAME = 6;
const PACKET = FRAME + VIRTIO_HEADER_LENGTH;

/** The longest packet: 40 octets of header, 65,535 of payload. */
const LONGEST = IPV6_HEADER_LENGTH + 65_535;

/** Gathers packets into frames: a virtio header and a packet or super-packet. */
export class Coalescer {
  readonly #receiver: FrameReceiver;
  readonly #gathersUdp: boolean;
  readonly #flows = Array.from({ length: FLOWS }, () => new SuperPacket());
  /** The flow of the last packet. */
  #latest = this.#flows[0]!;
  /** The flow to release next when all are taken. */
  #oldest = 0;
  readonly #single = new Uint8Array(PACKET + LONGEST);

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
    for (let i = 0; i < FLOWS; i++) this.#flows[i]!.release(this.#receiver);
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
    const latest = this.#latest;
    let flow = latest;
    // Usually a packet belongs to the same flow as the one before, or none of them does.
    if (flow.key !== key || flow.count === 0 || !flow.append(packet, headerLength)) {
      flow = this.#latest = this.#flowOf(packet, key) ?? this.#free();
      if (flow.count > 0 && (flow === latest || !flow.append(packet, headerLength))) {
        flow.release(this.#receiver);
      }
      if (flow.count === 0) flow.begin(packet, headerLength, key);
    }
    if (flow.isComplete) flow.release(this.#receiver);
  }

  #flowOf(packet: Uint8Array, key: number): SuperPacket | undefined {
    for (let i = 0; i < FLOWS; i++) {
      const flow = this.#flows[i]!;
      if (flow.key === key && flow.count > 0 && flow.hasFlowOf(packet)) return flow;
    }
    return undefined;
  }

  /** Room for another flow. */
  #free(): SuperPacket {
    for (let i = 0; i < FLOWS; i++) {
      const flow = this.#flows[i]!;
      if (flow.count === 0) return flow;
    }
    const flow = this.#flows[this.#oldest]!;
    this.#oldest = (this.#oldest + 1) % FLOWS;
    flow.release(this.#receiver);
    return flow;
  }

  /**
   * Releases what `packet` must not overtake: its flow, or everything between its two addresses if
   * extension headers hide its flow.
   */
  #yieldTo(packet: Uint8Array): void {
    if (packet.length < IPV6_HEADER_LENGTH) return;
    const hasPorts = showsPorts(packet);
    for (let i = 0; i < FLOWS; i++) {
      const flow = this.#flows[i]!;
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
    clearVirtioHeader(this.#single, FRAME);
    this.#single.set(length < packet.length ? packet.subarray(0, length) : packet, PACKET);
    this.#receiver.frame(this.#single, FRAME, VIRTIO_HEADER_LENGTH + length, 1);
  }
}
