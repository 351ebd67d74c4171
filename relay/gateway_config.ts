/**
 * The rules of a gateway: a relay that gives clients the native IPv6 Internet, and each other,
 * although nobody routes 2001::/32 to it.
 *
 * The host's kernel gives the clients' packets the host's own IPv6 address (source NAT), so the
 * answers come to this host. Everything leaves with the operator's address, so the operator must
 * say which clients may use the gateway.
 *
 * @module
 */

import type { Rate } from "../protocol/token_bucket.ts";
import { addressOf, type Endpoint } from "../wire/endpoint.ts";
import type { Ipv4Block } from "../wire/global_unicast.ts";
import { formatIpv4, type Ipv4Address } from "../wire/ipv4_address.ts";

/** Decides which clients may use a gateway. */
export interface GatewayAccess {
  /**
   * The account that a client's traffic counts for.
   *
   * @param mapping the client's mapped address and port, as its Teredo address has it
   * @returns `undefined` where the client may not use the gateway
   */
  accountOf(mapping: Endpoint, now: number): string | undefined;
}

/** Access by mapped IPv4 address. Each address is one account. */
export class AddressAccess implements GatewayAccess {
  readonly #blocks: readonly Ipv4Block[];

  /** @param blocks the mapped addresses that have access; 0.0.0.0/0 is all */
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
  /** Decides which clients may use it. */
  readonly access: GatewayAccess;
  /** The servers that the clients' addresses may name; all by default. */
  readonly servers?: readonly Ipv4Address[] | undefined;
  /** Limits what one account sends, and what it receives, in octets. */
  readonly accountRate?: Rate | undefined;
  /** Whether clients may use services of the gateway's host; by default they may only ping it. */
  readonly ownServices?: boolean | undefined;
  /**
   * Whether native hosts may begin an exchange with clients of the gateway, if a route to 2001::/32
   * leads here (plain relaying, RFC 4380 §5.4); by default they may not.
   */
  readonly unsolicited?: boolean | undefined;
  /**
   * Whether the clients' servers are on other hosts, which send connectivity tests by way of this
   * one; by default they are not. The relay does not see these tests, so it relies on the kernel
   * for what answers them.
   */
  readonly serversElsewhere?: boolean | undefined;
}

function isIn(address: Ipv4Address, { network, prefixLength }: Ipv4Block): boolean {
  return prefixLength === 0 || ((address ^ network) >>> (32 - prefixLength)) === 0;
}
