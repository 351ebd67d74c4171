/**
 * A TUN interface with segmentation offload as the way to the host.
 *
 *     read:   frames   ... | virtio header | packet ──────────────────► receiver.packet
 *                      ... | virtio header | super-packet
 *                                              │ split
 *             segments packet | packet | packet | packet ─────────────► receiver.packet, one by one
 *
 *     write:  packet, packet, packet ──► coalescer ── at the latest with flush ──► TUN
 *
 * All packets of a pass stay where they are until it ends, and the segments of a super-packet stand
 * one right behind the other.
 *
 * @module
 */

import type { Poller } from "../ffi/poller.ts";
import type { Tun } from "../ffi/tun.ts";
import { Arena } from "../offload/arena.ts";
import { Coalescer } from "../offload/coalescer.ts";
import { completeChecksum } from "../offload/partial_checksum.ts";
import { Segmentation } from "../offload/segmentation.ts";
import {
  clearVirtioHeader,
  newVirtioHeader,
  readVirtioHeader,
  VIRTIO_HEADER_LENGTH,
  type VirtioHeader,
} from "../offload/virtio_header.ts";
import type { Counters } from "./counters.ts";
import type { HostLink, PacketReceiver } from "./host_link.ts";
import { aborted } from "./together.ts";
import { Views } from "./views.ts";

/** Packets delivered in one pass at most, so that sockets and timers get their turn. */
const PASS = 192;

/** No frame is longer: virtio header, 40 octets of IPv6 header, 65,535 of payload. */
const LONGEST_FRAME = VIRTIO_HEADER_LENGTH + 65_575;

/** Frames begin here, and then every so many octets, so that packets begin on words. */
const FRAME_START = 6;
const FRAME_STEP = 16;

/** Room for frames in one pass. What is read needs room for the longest. */
const FRAMES = LONGEST_FRAME + 64 * 1024;

/** Room for segments in one pass: those of three super-packets, as a rule. */
const SEGMENTS = 256 * 1024;

/** Reads and writes a TUN interface that a poller waits for. Who opened the TUN closes it. */
export class OffloadLink implements HostLink {
  readonly #tun: Tun;
  readonly #poller: Pick<Poller, "add" | "remove">;
  readonly #counters: Counters;
  readonly #coalescer: Coalescer;
  readonly #frames = new Arena(FRAMES);
  readonly #segments = new Arena(SEGMENTS);
  readonly #rooms = new Views(this.#frames.bytes);
  readonly #frameViews = new Views(this.#frames.bytes);
  readonly #segmentViews = new Views(this.#segments.bytes);
  readonly #header = newVirtioHeader();
  /** The super-packet that is being delivered; it may take several passes. */
  readonly #segmentation = new Segmentation();
  /** Packets delivered in this pass, and how far the arenas are filled. */
  #count = 0;
  #framesEnd = FRAME_START;
  #segmentsEnd = 0;

  /**
   * @param tun a TUN with `offload`
   * @param counters where packets are counted that the kernel did not take in the end
   */
  constructor(tun: Tun, poller: Pick<Poller, "add" | "remove">, counters: Counters) {
    this.#tun = tun;
    this.#poller = poller;
    this.#counters = counters;
    const frame = (arena: Arena, start: number, length: number, packets: number) =>
      this.#writeFrame(arena, start, length, packets);
    this.#coalescer = new Coalescer({ frame }, tun.offload?.udp ?? false);
  }

  /** Always true: whether the kernel takes a packet turns out later, and is counted then. */
  write(ipv6: Uint8Array): boolean {
    this.#coalescer.add(ipv6);
    return true;
  }

  flush(): void {
    this.#coalescer.flush();
  }

  async run(receiver: PacketReceiver, signal: AbortSignal): Promise<void> {
    this.#poller.add(this.#tun.fd, () => this.#drain(receiver));
    try {
      await aborted(signal);
    } finally {
      this.#poller.remove(this.#tun.fd);
    }
  }

  /** One pass; true when there may be more. */
  #drain(receiver: PacketReceiver): boolean {
    this.#count = 0;
    this.#segmentsEnd = 0;
    this.#deliverSegments(receiver);
    // What is left of a super-packet stands among the frames.
    if (!this.#segmentation.hasMore) this.#framesEnd = FRAME_START;
    let hasMore = true;
    while (hasMore && this.#hasRoom()) hasMore = this.#read(receiver);
    if (this.#count > 0) receiver.end();
    return hasMore;
  }

  #hasRoom(): boolean {
    return this.#count < PASS && !this.#segmentation.hasMore &&
      this.#framesEnd + LONGEST_FRAME <= FRAMES;
  }

  /** Reads one frame and delivers what is in it; false when none was waiting. */
  #read(receiver: PacketReceiver): boolean {
    const start = this.#framesEnd;
    const room = this.#rooms.at(this.#count, start, FRAMES);
    const length = this.#tun.read(room);
    if (length < VIRTIO_HEADER_LENGTH) return false;
    const packet = start + VIRTIO_HEADER_LENGTH;
    const end = start + length;
    readVirtioHeader(this.#frames.bytes, start, this.#header);
    if (this.#segmentation.begin(this.#frames, packet, end - packet, this.#header)) {
      this.#deliverSegments(receiver);
    } else this.#deliver(packet, end, this.#header, receiver);
    return true;
  }

  /** Delivers a packet where it stands. */
  #deliver(start: number, end: number, header: VirtioHeader, receiver: PacketReceiver): void {
    const packet = this.#frameViews.at(this.#count, start, end);
    completeChecksum(packet, header);
    this.#framesEnd += FRAME_STEP * Math.ceil((end - this.#framesEnd) / FRAME_STEP);
    this.#count++;
    receiver.packet(packet);
  }

  /** Delivers segments of the super-packet while the pass has room. */
  #deliverSegments(receiver: PacketReceiver): void {
    const segmentation = this.#segmentation;
    while (segmentation.hasMore && this.#count < PASS) {
      const start = this.#segmentsEnd;
      const end = start + segmentation.nextLength;
      if (end > SEGMENTS) return;
      segmentation.writeNext(this.#segments, start);
      this.#segmentsEnd = end;
      const segment = this.#segmentViews.at(this.#count++, start, end);
      receiver.packet(segment);
    }
  }

  #writeFrame(arena: Arena, start: number, length: number, packets: number): void {
    if (this.#tun.write(arena.bytes.subarray(start, start + length))) return;
    if (packets === 1) this.#counters.drop("host_refused");
    else this.#writeSingly(arena, start, length);
  }

  /** A super-packet that the kernel refuses, for want of memory or because it is too new to it. */
  #writeSingly(frame: Arena, start: number, length: number): void {
    const header = newVirtioHeader();
    readVirtioHeader(frame.bytes, start, header);
    const segmentation = new Segmentation();
    const packet = start + VIRTIO_HEADER_LENGTH;
    segmentation.begin(frame, packet, length - VIRTIO_HEADER_LENGTH, header);
    const single = new Arena(LONGEST_FRAME + FRAME_START);
    clearVirtioHeader(single.bytes, FRAME_START);
    while (segmentation.hasMore) {
      const end = FRAME_START + VIRTIO_HEADER_LENGTH + segmentation.nextLength;
      segmentation.writeNext(single, FRAME_START + VIRTIO_HEADER_LENGTH);
      if (!this.#tun.write(single.bytes.subarray(FRAME_START, end))) {
        this.#counters.drop("host_refused");
      }
    }
  }
}
