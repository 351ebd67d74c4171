/**
 * Routing loops between tunnels, RFC 6324: packets that would come back to their sender.
 *
 * @module
 */

import { addressOf } from "../wire/endpoint.ts";
import { type Ipv4Address, ipv4Address } from "../wire/ipv4_address.ts";
import { getU16, getU32 } from "../memory/octets.ts";
import { isTeredo, mappingOf, serverOf } from "../wire/teredo_address.ts";

const PREFIX_6TO4 = 0x2002;
const ISATAP = 0x00005efe;
/** ISATAP with the universal bit, RFC 5214 §6.1. */
const ISATAP_GLOBAL = 0x02005efe;
const IPV4_MAPPED = 0x0000ffff;

/** The IPv4 addresses of this host. */
export class OwnAddresses {
  readonly #addresses: ReadonlySet<Ipv4Address>;

  constructor(addresses: Iterable<Ipv4Address>) {
    this.#addresses = new Set(addresses);
  }

  /** Whether `address` is one of them. */
  has(address: Ipv4Address): boolean {
    return this.#addresses.has(address);
  }

  /**
   * Whether the IPv6 address at `offset` embeds one of them in any form that makes a tunnel on this
   * host send the packet back: 6to4 (2002:V4::/48), ISATAP (::[0200:]5efe:V4), Teredo (as client or
   * server), IPv4-compatible and IPv4-mapped.
   */
  isEmbeddedIn(bytes: Uint8Array, offset: number): boolean {
    if (getU16(bytes, offset) === PREFIX_6TO4 && this.#hasAt(bytes, offset + 2)) return true;
    const beforeLast = getU32(bytes, offset + 8);
    if (beforeLast === ISATAP || beforeLast === ISATAP_GLOBAL) {
      if (this.#hasAt(bytes, offset + 12)) return true;
    }
    if (isTeredo(bytes, offset)) {
      return this.has(addressOf(mappingOf(bytes, offset))) || this.has(serverOf(bytes, offset));
    }
    const isLow = getU32(bytes, offset) === 0 && getU32(bytes, offset + 4) === 0;
    return isLow && (beforeLast === 0 || beforeLast === IPV4_MAPPED) &&
      this.#hasAt(bytes, offset + 12);
  }

  #hasAt(bytes: Uint8Array, offset: number): boolean {
    return this.has(ipv4Address(getU32(bytes, offset)));
  }
}
