import { LinuxTun } from "./linux/tun.ts";

/** What a kernel with segmentation offload leaves to the program, and takes from it. */
export interface TunOffload {
  /** Whether there are super-packets of UDP besides those of TCP: since Linux 6.2. */
  readonly udp: boolean;
}

/** How to open a TUN. */
export interface TunOptions {
  /** Ask for segmentation offload. The answer is the TUN's `offload`. */
  readonly offload?: boolean;
}

/**
 * A virtual interface: what the kernel routes to it is read here, what is written here arrives from it.
 *
 * Packets are whole IPv6 packets, header first, one to a read and one to a write. Nothing blocks: wait for
 * `fd` to become readable with a poller.
 *
 * With segmentation offload, a virtio header (`offload/virtio_header.ts`) stands before each packet, read or
 * written, and the packet may be a super-packet of up to 65,575 octets, with a checksum that is to be finished.
 */
export interface Tun {
  /** The interface's name, such as `teredo0`. */
  readonly name: string;
  /** The interface's index in this network namespace. */
  readonly index: number;
  /** The descriptor, to be waited for; -1 once closed. It stays the property of the TUN. */
  readonly fd: number;

  /** What segmentation offload means here; undefined when each packet is plain. */
  readonly offload: TunOffload | undefined;

  /**
   * Reads one packet into `buffer`, which cuts a packet that is longer.
   *
   * @returns The packet's length in octets, 0 when none is waiting.
   * @throws {SystemError} The interface is gone, for instance because someone deleted it.
   */
  read(buffer: Uint8Array): number;

  /**
   * Hands one packet to the kernel.
   *
   * @returns False when the kernel did not take it: no room, not an IP packet, or the interface is down.
   */
  write(packet: Uint8Array): boolean;

  /** Closes the descriptor, and the interface vanishes with its addresses and routes. May be repeated. */
  close(): void;
}

/**
 * Makes a virtual interface, or takes over a persistent one that exists and is free.
 *
 * The kernel removes an interface it made here when the descriptor closes, however the process ends.
 *
 * @param name Its name, at most 15 octets. `%d` in it stands for the first free number.
 * @param options Without them, packets are plain.
 * @throws {SystemError} It cannot be made; the message says what to do.
 */
export function openTun(name: string, options: TunOptions = {}): Tun {
  checkInterfaceName(name);
  switch (Deno.build.os) {
    case "linux":
      return new LinuxTun(name, options.offload ?? false);
    default:
      throw new Error(
        `Cannot open a TUN interface on ${Deno.build.os}: only Linux is supported yet`,
      );
  }
}

/** The kernel's own rules for names (`dev_valid_name`), told before it answers a bare EINVAL. */
function checkInterfaceName(name: string): void {
  const length = new TextEncoder().encode(name).length;
  if (length < 1 || length > 15 || name === "." || name === ".." || /[/:\s\0]/.test(name)) {
    throw new RangeError(
      `Cannot name an interface "${name}": a name has 1 to 15 octets, without "/", ":" or white space`,
    );
  }
}
