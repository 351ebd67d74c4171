import { LinuxInterface } from "./linux/interface.ts";

/** A set of IPv6 destinations: those that begin with the first `length` bits of `address`. */
export interface Prefix {
  /** 16 octets; bits behind the prefix are to be zero. */
  readonly address: Uint8Array;
  /** Bits that count, 0 to 128. */
  readonly length: number;
}

/**
 * Configures a network interface, as the command `ip` does, by asking the kernel directly.
 *
 * Each change has taken effect when the method returns. Changes are stated as goals: adding what is there and
 * removing what is not both succeed. Addresses and routes vanish with the interface.
 *
 * Every method throws {@linkcode SystemError} when the kernel refuses.
 */
export interface Interface {
  /** Sets the largest packet it takes in octets. IPv6 works with 1280 and above. */
  setMtu(octets: number): void;

  /**
   * Brings the interface up, silently: without a link-local address of the kernel's own making, and so without
   * router solicitations and multicast reports. Router advertisements from it are not listened to.
   */
  bringUp(): void;

  /** Gives the interface an address, usable at once: duplicate detection makes no sense on a tunnel. */
  addAddress(address: Uint8Array, prefixLength: number): void;

  /** Takes an address away. */
  removeAddress(address: Uint8Array, prefixLength: number): void;

  /**
   * Sends what goes to `prefix` through this interface, in the main table. Another interface's route to it
   * stays, and goes first if its metric is the same.
   *
   * @param metric Of several routes to one prefix the lowest metric wins. The kernel's default is 1024.
   */
  addRoute(prefix: Prefix, metric?: number): void;

  /** Undoes {@linkcode addRoute}; without a metric, the first route to that prefix through this interface. */
  removeRoute(prefix: Prefix, metric?: number): void;

  /** Gives back what the configuration held. The interface stays as it is. May be repeated. */
  close(): void;
}

/**
 * Opens an interface for configuration.
 *
 * @param name The interface's name, for messages.
 * @param index The interface's index, which identifies it.
 */
export function openInterface(name: string, index: number): Interface {
  switch (Deno.build.os) {
    case "linux":
      return new LinuxInterface(name, index);
    default:
      throw new Error(
        `Cannot configure network interfaces on ${Deno.build.os}: only Linux is supported yet`,
      );
  }
}
