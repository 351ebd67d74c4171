/**
 * Noticing that this host has lost an address that a server serves on.
 *
 * @module
 */

import type { InterfaceFault } from "../../io/host/own_interface.ts";
import type { Log } from "../../io/log.ts";
import { formatIpv4, type Ipv4Address } from "../../wire/ipv4_address.ts";

/**
 * Reports once when an address is gone and once when it is back. Sockets bound to the address
 * survive that.
 */
export class AddressWatch {
  readonly #addresses: readonly Ipv4Address[];
  readonly #log: Log;
  readonly #missing = new Set<Ipv4Address>();

  constructor(addresses: readonly Ipv4Address[], log: Log) {
    this.#addresses = addresses;
    this.#log = log;
  }

  /** What is wrong, as of the last look. */
  get faults(): InterfaceFault[] {
    return [...this.#missing].map((address) => ({ type: "incomplete", message: lost(address) }));
  }

  /** Compares with the addresses that the host has now. */
  look(own: readonly Ipv4Address[]): void {
    for (const address of this.#addresses) {
      if (own.includes(address)) {
        if (this.#missing.delete(address)) {
          this.#log.info(`${formatIpv4(address)} is back: serving clients on it again`);
        }
      } else if (!this.#missing.has(address)) {
        this.#missing.add(address);
        this.#log.warn(lost(address));
      }
    }
  }
}

function lost(address: Ipv4Address): string {
  return `This host has lost the address ${formatIpv4(address)}: clients are not served on it ` +
    "until it is back. Add it to an interface again";
}
