/**
 * The configuration of a network interface: MTU, addresses and routes.
 *
 * @module
 */

/** A set of IPv6 destinations: those that begin with the first `length` bits of `address`. */
export interface Prefix {
  /** 16 octets; the bits after the prefix are zero. */
  readonly address: Uint8Array;
  /** How many bits count, 0 to 128. */
  readonly length: number;
}

/**
 * Configures a network interface, as the command `ip` does, by asking the kernel directly.
 *
 * Each change has taken effect when the method returns. Changes are stated as goals: it succeeds to add what exists,
 * and to remove what does not. Addresses and routes vanish with the interface.
 *
 * Every method throws {@linkcode SystemError} when the kernel refuses.
 */
export interface Interface {
  /** Sets the length of the largest packet, in octets. IPv6 needs 1280 or more. */
  setMtu(octets: number): void;

  /**
   * Brings the interface up, silently: the kernel makes no link-local address for it, and so sends no router
   * solicitations and multicast reports. It ignores router advertisements that arrive there.
   */
  bringUp(): void;

  /** Gives the interface an address, usable at once: a tunnel needs no duplicate detection. */
  addAddress(address: Uint8Array, prefixLength: number): void;

  /** Removes an address. */
  removeAddress(address: Uint8Array, prefixLength: number): void;

  /**
   * Routes `prefix` through this interface, in the main table. Another interface's route to the prefix stays, and
   * wins if its metric is the same.
   *
   * @param metric Of several routes to one prefix the lowest metric wins. The kernel's default is 1024.
   */
  addRoute(prefix: Prefix, metric?: number): void;

  /** Undoes {@linkcode addRoute}. Without a metric, it removes the first route to that prefix through this interface. */
  removeRoute(prefix: Prefix, metric?: number): void;

  /** Frees what the configuration held. The interface stays as it is. May be repeated. */
  close(): void;
}
