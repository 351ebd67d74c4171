/**
 * Where neighbours on this host's own network reach a client, RFC 6081 §5.6.
 *
 * @module
 */

import { findSource } from "../ffi/open.ts";
import { outsideAddress } from "../io/network/local_addresses.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../wire/endpoint.ts";
import type { Ipv4Address } from "../wire/ipv4_address.ts";

/** The address and port of a client's service port on this host's network. */
export class LocalEndpoint {
  readonly #bound: Endpoint;
  readonly #usesFfi: boolean;
  /** By the server asked for, until the network changes. */
  readonly #known = new Map<Ipv4Address, Endpoint | undefined>();

  /**
   * @param bound where the service port is bound; address 0 means any
   * @param usesFfi whether the kernel may be asked, which takes foreign functions
   */
  constructor(bound: Endpoint, usesFfi: boolean) {
    this.#bound = bound;
    this.#usesFfi = usesFfi;
  }

  /**
   * Where packets to `server` come from: the network that leads there is the one behind the NAT.
   */
  towards(server: Ipv4Address): Endpoint | undefined {
    if (addressOf(this.#bound) !== 0) return this.#bound;
    if (!this.#known.has(server)) this.#known.set(server, this.#find(server));
    return this.#known.get(server);
  }

  /** The host's addresses or routes changed. */
  forget(): void {
    this.#known.clear();
  }

  #find(server: Ipv4Address): Endpoint | undefined {
    const address = (this.#usesFfi ? askKernel(server) : undefined) ?? outsideAddress();
    return address && endpoint(address, portOf(this.#bound));
  }
}

/** Any failure leaves the host's first address, which is the right one on most hosts. */
function askKernel(server: Ipv4Address): Ipv4Address | undefined {
  try {
    return findSource(server);
  } catch {
    return undefined;
  }
}
