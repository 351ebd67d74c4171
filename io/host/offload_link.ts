/**
 * A TUN interface with segmentation offload as the way to the host.
 *
 *     read:   segments  packet | packet | packet | packet ────────────► receiver.packets, all at once
 *                                              ▲ split
 *             frames    ... | virtio header | super-packet
 *                       ... | virtio header | packet ─────────────────► receiver.packet
 *
 *     write:  packet, packet, packet ──► coalescer ── at the latest with flush ──► TUN
 *
 * All packets of a pass stay in place until it ends, and the segments of a super-packet follow each
 * other without a gap.
 *
 * @module
 */

import type { Drained, Watcher } from "../../ffi/waiting.ts";
import type { Tun } from "../../ffi/tun.ts";
import { Coalescer } from "../../offload/coalescer.ts";
import { completeChecksum } from "../../offload/partial_checksum.ts";
import { Segmentation } from "../../offload/segmentation.ts";
import {
  clearVirtioHeader,
  newVirtioHeader,
  readVirtioHeader,
  VIRTIO_HEADER_LENGTH,
  type VirtioHeader,
} from "../../offload/virtio_header.ts";
import { giveBack, packetMemory } from "../../memory/packet_memory.ts";
import { placeOf, Views } from "../../memory/views.ts";
import type { Counters } from "../counters.ts";
import type { HostLink, PacketReceiver } from "./host_link.ts";

/** The most packets of one pass, so that sockets and timers get their turn. */
const PASS = 192;

/** The longest frame: a virtio header, 40 octets of IPv6 header, 65,535 of payload. */
const LONGEST_FRAME = VIRTIO_HEADER_LENGTH + 65_575;

/** Room for the segments of one pass: usually those of three super-packets. */
const SEGMENTS = 256 * 1024;

/** After this many octets, what was read is delivered before more is read. */
const BURST = 64 * 1024;

/**
 * Where frames begin, and the distance from one to the next. Packets then begin on words, and those
 * of 1,280 octets at most always begin in the same places, where there are views of them.
 */
const FRAMES = SEGMENTS + 6;
const FRAME_STEP = 1_296;

/** The end of the frames, with room for the longest after a burst. */
const END = FRAMES + PASS * FRAME_STEP + BURST + LONGEST_FRAME;

/** How many views are kept of each packet of a pass, by its length. */
const VIEWS = 8;

/** Reads and writes a TUN interface that a poller waits for. The TUN belongs to the caller. */
export class OffloadLink implements HostLink {
  readonly #tun: Tun;
  readonly #watcher: Watcher;
  readonly #counters: Counters;
  readonly #coalescer: Coalescer;
  readonly #memory = packetMemory(END);
  readonly #rooms = new Views(this.#memory);
  readonly #packets = new Views(this.#memory);
  readonly #header = newVirtioHeader();
  /** The super-packet that is being delivered, which may take several passes. */
  readonly #segmentation = new Segmentation();
  #hasEnded = false;
  /** Packets delivered in this pass, and where the next segment and the next frame go. */
  #count = 0;
  #segmentsEnd = 0;
  #framesEnd = FRAMES;
  /** Octets of the frames. */
  #octets = 0;
  /** Where each frame begins and ends, how many were read, and how many of them were delivered. */
  readonly #starts = new Uint32Array(PASS);
  readonly #ends = new Uint32Array(PASS);
  #read = 0;
  #delivered = 0;

  /**
   * @param tun a TUN with `offload`
   * @param counters counts packets that the kernel refuses in the end
   */
  constructor(tun: Tun, watcher: Watcher, counters: Counters) {
    this.#tun = tun;
    this.#watcher = watcher;
    this.#counters = counters;
    const frame = (memory: Uint8Array, length: number, packets: number) =>
      this.#writeFrame(memory, length, packets);
    this.#coalescer = new Coalescer({ frame }, tun.offload?.udp ?? false);
  }

  /** True until the link has ended. Refusals of the kernel come later, and are counted then. */
  write(ipv6: Uint8Array): boolean {
    if (this.#hasEnded) return false;
    this.#coalescer.add(ipv6);
    return true;
  }

  flush(): void {
    this.#coalescer.flush();
  }

  async run(receiver: PacketReceiver, signal: AbortSignal): Promise<void> {
    try {
      await this.#watcher.watch(this.#tun.handle, () => this.#drain(receiver), signal);
    } finally {
      this.close();
    }
  }

  /**
   * Returns the link's memory. {@linkcode run} does so when it ends; this is for a link that never
   * ran. May be repeated.
   */
  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#coalescer.close();
    giveBack(this.#memory);
  }

  /** One pass. */
  #drain(receiver: PacketReceiver): Drained {
    this.#count = 0;
    this.#segmentsEnd = 0;
    this.#deliverSegments(receiver);
    if (!this.#hasFrames) this.#clearFrames();
    this.#deliverFrames(receiver);
    let hasMore = true;
    try {
      while (hasMore && !this.#hasFrames && this.#hasRoom()) {
        hasMore = this.#readFrames();
        this.#deliverFrames(receiver);
      }
    } finally {
      // What was read before an error is not to wait until reading works again.
      this.#deliverFrames(receiver);
      if (this.#count > 0) receiver.end();
    }
    // Frames that this pass had no room for are here already: no wait for the TUN would report them.
    return hasMore || this.#hasFrames ? "more" : this.#count > 0 ? "some" : "nothing";
  }

  /** Whether frames, or the rest of one, wait to be delivered. */
  get #hasFrames(): boolean {
    return this.#segmentation.hasMore || this.#delivered < this.#read;
  }

  #clearFrames(): void {
    this.#read = this.#delivered = 0;
    this.#framesEnd = FRAMES;
    this.#octets = 0;
  }

  #hasRoom(): boolean {
    return this.#count < PASS && this.#read < PASS && this.#octets <= BURST;
  }

  /**
   * Reads frames, all before the first of them is delivered: going back and forth between this
   * program and the kernel costs both what they have in the processor's caches. Returns whether
   * there may be more.
   */
  #readFrames(): boolean {
    while (this.#hasRoom()) {
      const start = this.#framesEnd;
      const length = this.#tun.read(this.#rooms.at(this.#read, start, END));
      if (length < VIRTIO_HEADER_LENGTH) return false;
      this.#starts[this.#read] = start;
      this.#ends[this.#read++] = start + length;
      this.#framesEnd += FRAME_STEP * Math.ceil(length / FRAME_STEP);
      this.#octets += length;
    }
    return true;
  }

  /** Delivers what is in the frames, while the pass has room. */
  #deliverFrames(receiver: PacketReceiver): void {
    while (this.#count < PASS && !this.#segmentation.hasMore && this.#delivered < this.#read) {
      const start = this.#starts[this.#delivered]!;
      const end = this.#ends[this.#delivered++]!;
      const packet = start + VIRTIO_HEADER_LENGTH;
      readVirtioHeader(this.#memory, start, this.#header);
      if (this.#segmentation.begin(this.#memory, packet, end - packet, this.#header)) {
        this.#deliverSegments(receiver);
      } else this.#deliver(packet, end, this.#header, receiver);
    }
  }

  /** Delivers a packet in place. */
  #deliver(start: number, end: number, header: VirtioHeader, receiver: PacketReceiver): void {
    const place = VIEWS * this.#count + placeOf(end - start, VIEWS);
    const packet = this.#packets.at(place, start, end);
    completeChecksum(packet, header);
    this.#count++;
    receiver.packet(packet);
  }

  /** Delivers segments of the super-packet while the pass has room. */
  #deliverSegments(receiver: PacketReceiver): void {
    const segmentation = this.#segmentation;
    const start = this.#segmentsEnd;
    const index = this.#count;
    const longest = segmentation.nextLength;
    let end = start;
    while (segmentation.hasMore && this.#count < PASS) {
      const next = end + segmentation.nextLength;
      if (next > SEGMENTS) break;
      segmentation.writeNext(end);
      end = next;
      this.#count++;
    }
    if (end === start) return;
    this.#segmentsEnd = end;
    receiver.packets(this.#packets.at(VIEWS * index, start, end), longest);
  }

  #writeFrame(memory: Uint8Array, length: number, packets: number): void {
    if (this.#tun.write(memory, length)) return;
    if (packets === 1) this.#counters.drop("host_refused");
    else this.#writeSingly(memory.subarray(0, length));
  }

  /**
   * Writes the packets of a super-packet one by one, because the kernel has no memory for it, or is
   * too old.
   */
  #writeSingly(frame: Uint8Array): void {
    const header = newVirtioHeader();
    readVirtioHeader(frame, 0, header);
    const { length } = frame;
    const memory = new Uint8Array(length + VIRTIO_HEADER_LENGTH + length);
    memory.set(frame);
    clearVirtioHeader(memory, length);
    const segmentation = new Segmentation();
    segmentation.begin(memory, VIRTIO_HEADER_LENGTH, length - VIRTIO_HEADER_LENGTH, header);
    while (segmentation.hasMore) {
      const end = length + VIRTIO_HEADER_LENGTH + segmentation.nextLength;
      segmentation.writeNext(length + VIRTIO_HEADER_LENGTH);
      if (!this.#tun.write(memory.subarray(length, end))) this.#counters.drop("host_refused");
    }
  }
}
