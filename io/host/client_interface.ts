/**
 * What a client does to the host: address and routes of its interface.
 *
 * The interface stays, and with it every socket that uses it, while the address comes, changes and
 * goes. All of it vanishes with the TUN, however the process ends.
 *
 * @module
 */

import type { Interface, Prefix } from "../../ffi/interface.ts";
import { teredoPrefix } from "../../wire/teredo_address.ts";
import { equalArrays } from "../../memory/octets.ts";
import { ipv4Address } from "../../wire/ipv4_address.ts";
import { IPV6_ADDRESS_LENGTH } from "../../wire/ipv6_address.ts";
import type { Log } from "../log.ts";
import { reasonOf } from "../../reason.ts";

/** The client's address is a host's, not a subnet's: everybody else is behind the tunnel. */
const ADDRESS_LENGTH = 128;

/** 2001::/32: Teredo clients. */
export const TEREDO_ROUTE: Prefix = { address: teredoPrefix(ipv4Address(0)), length: 32 };

/** ::/0: everybody. */
const DEFAULT: Prefix = { address: new Uint8Array(IPV6_ADDRESS_LENGTH), length: 0 };

/** Worse than the kernel's 1024, so that any other default route wins. */
const DEFAULT_ROUTE_METRIC = 1029;

/** The interface of a client. */
export class ClientInterface {
  readonly #interface: Interface;
  #hasDefaultRoute: boolean;
  readonly #log: Log;
  #address: Uint8Array | undefined;
  #mtu: number | undefined;

  /**
   * @param hasDefaultRoute whether the whole IPv6 Internet is to be reached through it, where no
   * other way leads
   */
  constructor(configured: Interface, hasDefaultRoute: boolean, log: Log) {
    this.#interface = configured;
    this.#hasDefaultRoute = hasDefaultRoute;
    this.#log = log;
  }

  /**
   * Brings the interface up, still without an address.
   *
   * @throws {SystemError} the kernel refuses; the message says what to do
   */
  prepare(mtu: number): void {
    this.#interface.setMtu(this.#mtu = mtu);
    this.#interface.bringUp();
  }

  /** The client has `address` (16 octets) and its link takes packets of `mtu` octets. */
  up(address: Uint8Array, mtu: number): void {
    const previous = this.#address;
    const current = this.#address = address.slice();
    this.#try(() => {
      if (mtu !== this.#mtu) this.#interface.setMtu(this.#mtu = mtu);
      // The new address comes first, so that the routes are never without one.
      this.#interface.addAddress(current, ADDRESS_LENGTH);
      if (previous === undefined) this.#addRoutes();
      else if (!equalArrays(previous, current)) {
        this.#interface.removeAddress(previous, ADDRESS_LENGTH);
      }
    });
  }

  /** Whether `address` (16 octets) is the client's. */
  needs(address: Uint8Array): boolean {
    return this.#address !== undefined && equalArrays(this.#address, address);
  }

  /** From now on the whole IPv6 Internet is, or is not, to be reached through it. */
  setDefaultRoute(isWanted: boolean): void {
    if (isWanted === this.#hasDefaultRoute) return;
    this.#hasDefaultRoute = isWanted;
    if (this.#address === undefined) return;
    this.#try(() => {
      if (isWanted) this.#interface.addRoute(DEFAULT, DEFAULT_ROUTE_METRIC);
      else this.#interface.removeRoute(DEFAULT, DEFAULT_ROUTE_METRIC);
    });
  }

  /** Somebody took something from the interface: gives it back. */
  restore(): void {
    const address = this.#address;
    this.#try(() => {
      this.#interface.bringUp();
      if (address === undefined) return;
      this.#interface.addAddress(address, ADDRESS_LENGTH);
      this.#addRoutes();
    });
  }

  /** The client has no address any more: nothing is to be sent this way. */
  down(): void {
    const previous = this.#address;
    if (previous === undefined) return;
    this.#address = undefined;
    this.#try(() => {
      this.#removeRoutes();
      this.#interface.removeAddress(previous, ADDRESS_LENGTH);
    });
  }

  #addRoutes(): void {
    this.#interface.addRoute(TEREDO_ROUTE);
    if (this.#hasDefaultRoute) this.#interface.addRoute(DEFAULT, DEFAULT_ROUTE_METRIC);
  }

  #removeRoutes(): void {
    if (this.#hasDefaultRoute) this.#interface.removeRoute(DEFAULT, DEFAULT_ROUTE_METRIC);
    this.#interface.removeRoute(TEREDO_ROUTE);
  }

  #try(change: () => void): void {
    try {
      change();
    } catch (error) {
      this.#log.error(reasonOf(error));
    }
  }
}
