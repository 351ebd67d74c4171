/**
 * What a relay is told that is a gateway: a way to the native IPv6 Internet, and to each other, for clients
 * to which nobody routes answers back.
 *
 * The host's kernel gives what the clients send the host's own IPv6 address (source NAT), so answers find
 * back without an announced route to 2001::/32. What leaves bears the operator's address: who may use the
 * gateway is always said.
 *
 * @module
 */

import type { Rate } from "../protocol/token_bucket.ts";
import { addressOf, type Endpoint } from "../wire/endpoint.ts";
import type { Ipv4Block } from "../wire/global_unicast.ts";
import { formatIpv4, type Ipv4Address } from "../wire/ipv4_address.ts";

/** Who may use a gateway. */
export interface GatewayAccess {
  /**
   * The account that the traffic of a client counts for.
   *
   * @param mapping the client's mapped address and port, as its Teredo address has it
   * @returns `undefined` where the client may not use the gateway
   */
  accountOf(mapping: Endpoint, now: number): string | undefined;
}

/** Access by mapped IPv4 address: each address is one account. */
export class AddressAccess implements GatewayAccess {
  readonly #blocks: readonly Ipv4Block[];

  /** @param blocks the addresses of clients that may use the gateway; 0.0.0.0/0 is all */
  constructor(blocks: readonly Ipv4Block[]) {
    this.#blocks = blocks;
  }

  accountOf(mapping: Endpoint): string | undefined {
    const address = addressOf(mapping);
    return this.#blocks.some((block) => isIn(address, block)) ? formatIpv4(address) : undefined;
  }
}

/** A gateway's rules. */
export interface GatewayConfig {
  /** Who may use it. */
  readonly access: GatewayAccess;
  /** The servers that the clients' addresses may name; any unless given. */
  readonly servers?: readonly Ipv4Address[] | undefined;
  /** A cap on what one account sends, and on what it receives, in octets. */
  readonly accountRate?: Rate | undefined;
  /** Whether clients may use the services of the gateway's host; unless given, they may only ping it. */
  readonly ownServices?: boolean | undefined;
  /**
   * Whether native hosts may begin an exchange with clients of the gateway, where a route to 2001::/32 leads
   * here (plain relaying, RFC 4380 §5.4); unless given, no.
   */
  readonly unsolicited?: boolean | undefined;
}

function isIn(address: Ipv4Address, { network, prefixLength }: Ipv4Block): boolean {
  return prefixLength === 0 || ((address ^ network) >>> (32 - prefixLength)) === 0;
}
