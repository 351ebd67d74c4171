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

/** The link of an interface, as the kernel has it. */
export interface LinkState {
  readonly isUp: boolean;
  /** The length of the largest packet, in octets. */
  readonly mtu: number;
  /** Whether IPv6 is switched on for the interface, as far as that can be seen. */
  readonly hasIpv6: boolean;
  /**
   * Packets of the host that the kernel dropped since the interface exists, because nobody read
   * them in time.
   */
  readonly dropped: number;
}

/**
 * IPv6 is switched off for an interface, and this program cannot switch it on. The message says
 * what to do.
 */
export class Ipv6SwitchedOff extends Error {
  override readonly name = "Ipv6SwitchedOff";
}

/** The interface is no longer in this network namespace. */
export class InterfaceGone extends Error {
  override readonly name = "InterfaceGone";
}

/**
 * Configures a network interface, as the command `ip` does, by asking the kernel directly.
 *
 * Each change has taken effect when the method returns. Changes are stated as goals: it succeeds to
 * add what exists, and to remove what does not. Addresses and routes vanish with the interface.
 *
 * Every method throws {@linkcode SystemError} when the kernel refuses, and may throw
 * {@linkcode InterfaceGone}.
 */
export interface Interface {
  /** Asks the kernel for the state of the link. */
  readLink(): LinkState;

  /**
   * Gives the interface its name back if somebody changed it, where that is possible. It may be
   * down then.
   *
   * @returns the other name that it had
   */
  restoreName?(): string | undefined;

  /** Sets how many packets of the host wait to be read; the kernel drops those beyond. */
  setQueueLength(packets: number): void;

  /**
   * Switches IPv6 on. A new interface inherits from the host whether it is.
   *
   * @throws {Ipv6SwitchedOff} It stays off.
   */
  enableIpv6(): void;

  /** Sets the length of the largest packet, in octets. IPv6 needs 1280 or more. */
  setMtu(octets: number): void;

  /**
   * Brings the interface up, silently: the kernel makes no link-local address for it, and so sends
   * no router solicitations and multicast reports. It ignores router advertisements that arrive
   * there.
   *
   * @param forwards whether it also passes packets on for other hosts, on a system where each
   * interface has a setting for that
   */
  bringUp(forwards?: boolean): void;

  /** Takes the interface down, with its addresses and routes. */
  takeDown(): void;

  /**
   * Gives the interface an address, usable at once: a tunnel needs no duplicate detection. True if
   * it was missing.
   */
  addAddress(address: Uint8Array, prefixLength: number): boolean;

  /** Removes an address. */
  removeAddress(address: Uint8Array, prefixLength: number): void;

  /**
   * Routes `prefix` through this interface, in the main table. Another interface's route to the
   * prefix stays, and wins if its metric is the same. True if the route was missing.
   *
   * @param metric of several routes to one prefix the lowest metric wins. The kernel's default is
   * 1024.
   * @param isCrowded whether thousands of hosts may be behind it; by default, they are few
   */
  addRoute(prefix: Prefix, metric?: number, isCrowded?: boolean): boolean;

  /**
   * Undoes {@linkcode addRoute}. Without a metric, it removes the first route to that prefix
   * through this interface.
   */
  removeRoute(prefix: Prefix, metric?: number): void;

  /** Frees what the configuration held. The interface stays as it is. May be repeated. */
  close(): void;
}
