/**
 * The addresses in a simulated world: documentation ones, RFC 5737 and RFC 3849.
 *
 *     192.0.2.0/24       servers, two addresses each        10.N.0.0/16     the N-th NAT's inside
 *     198.51.100.0/24    NATs                               2001:db8::/32   native IPv6
 *     203.0.113.0/24     hosts on the Internet
 *
 * @module
 */

import { type Ipv4Address, ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../wire/ipv6_address.ts";

/** Native IPv6 hosts are in here. */
export const NATIVE_PREFIX = { address: parseIpv6("2001:db8::")!, length: 32 } as const;

/** A block out of which addresses are taken one after the other. */
export class AddressBlock {
  readonly #network: Ipv4Address;
  #taken = 0;

  /** @param network the address before the first one */
  constructor(network: Ipv4Address) {
    this.#network = network;
  }

  /** The next address. */
  take(): Ipv4Address {
    return ipv4Address(this.#network + ++this.#taken);
  }
}

/** The blocks of one world. */
export class AddressPlan {
  readonly servers = new AddressBlock(parseIpv4("192.0.2.0")!);
  readonly nats = new AddressBlock(parseIpv4("198.51.100.0")!);
  readonly hosts = new AddressBlock(parseIpv4("203.0.113.0")!);
  #insides = 0;
  #natives = 0;

  /** The block behind another NAT. */
  takeInside(): AddressBlock {
    return new AddressBlock(ipv4Address(parseIpv4("10.0.0.0")! + 0x10000 * this.#insides++));
  }

  /** The next native IPv6 address, 16 octets. */
  takeNative(): Uint8Array {
    return parseIpv6(`2001:db8::${(++this.#natives).toString(16)}`)!;
  }
}
