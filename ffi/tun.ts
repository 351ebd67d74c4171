/**
 * A virtual interface (TUN), whatever system makes it.
 *
 * @module
 */

import type { ErrnoName } from "./c/errno.ts";
import type { WaitHandle } from "./waiting.ts";

/** What a kernel with segmentation offload leaves to the program, and accepts from it. */
export interface TunOffload {
  /** Whether there are super-packets of UDP as well as those of TCP: since Linux 6.2. */
  readonly udp: boolean;
}

/** How to open a TUN. */
export interface TunOptions {
  /** Ask for segmentation offload. The answer is the TUN's `offload`. Unless given, no. */
  readonly offload?: boolean | undefined;
  /** Called with the reason when the kernel does not take a packet. */
  readonly onRefusal?: ((code: ErrnoName) => void) | undefined;
}

/** How to open a pair of ends. */
export interface TunPairOptions {
  /** Whether both say that there are super-packets; nobody makes or splits any. */
  readonly offload: TunOffload | undefined;
}

/**
 * A virtual interface: what the kernel routes to it is read here, what is written here arrives from
 * it.
 *
 * Packets are whole IPv6 packets, header first, one per read and one per write. Nothing blocks: a
 * poller waits for `handle`.
 *
 * With segmentation offload, a virtio header (`offload/virtio_header.ts`) stands before each
 * packet, read or written, and the packet may be a super-packet of up to 65,575 octets, whose
 * checksum still has to be finished.
 */
export interface Tun {
  /** The interface's name, such as `teredo0`. */
  readonly name: string;
  /** The interface's index in this network namespace. */
  readonly index: number;
  /**
   * What a poller waits for: ready when there is something to read. Not valid after
   * {@linkcode close}.
   */
  readonly handle: WaitHandle;

  /** What segmentation offload means here; undefined when each packet is plain. */
  readonly offload: TunOffload | undefined;

  /**
   * Reads one packet into `buffer`, which truncates a packet that is longer.
   *
   * @returns The packet's length in octets, 0 when none is waiting.
   * @throws {SystemError} The interface is gone, for instance because someone deleted it.
   */
  read(buffer: Uint8Array): number;

  /**
   * Hands one packet to the kernel.
   *
   * @param length how many octets at the beginning of `packet` it has; all unless given. An array
   * that is used again and again is cheaper than a new view for each packet
   * @returns False when the kernel did not take it: no room, not an IP packet, or the interface is
   * down.
   */
  write(packet: Uint8Array, length?: number): boolean;

  /** Closes the TUN, and the interface vanishes with its addresses and routes. May be repeated. */
  close(): void;
}

/**
 * What is attempted when an interface is made, for messages: `make the TUN interface "teredo"`.
 *
 * @param name with `%d` for the first free number, which nobody has to know who reads it
 */
export function makingTun(name: string): string {
  if (!name.includes("%d")) return `make the TUN interface "${name}"`;
  return `make the TUN interface "${name.replace("%d", "0")}", or one with the next free number`;
}
