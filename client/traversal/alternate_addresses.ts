/**
 * Meeting who is behind the same NAT, RFC 6081 §5.6: most NATs do not turn packets back inside, so the
 * two tell each other their private addresses in the bubbles that go through their servers.
 *
 * The RFC has everyone told. A private address helps only behind the same public one and is nobody
 * else's business, so only such peers are told, and only their word is taken: nobody on the Internet
 * can make a client send bubbles around its private network.
 *
 * @module
 */

import { addressOf, type Endpoint } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { mappingOf } from "../../wire/teredo_address.ts";

/** Where a peer may be that told of no other places. */
export const NOWHERE: readonly Endpoint[] = [];

/** What is told to peers, and what is believed of them. */
export class AlternateAddresses {
  readonly #local: (() => Endpoint | undefined) | undefined;
  readonly #globalUnicast: GlobalUnicast;
  /** The client's Teredo address while it has one. */
  self: Uint8Array | undefined;

  /** @param local the client's own address and port; without it, nothing is told nor believed */
  constructor(local: (() => Endpoint | undefined) | undefined, globalUnicast: GlobalUnicast) {
    this.#local = local;
    this.#globalUnicast = globalUnicast;
  }

  /** Whether a peer has the same public IPv4 address as this client. */
  isNeighbour(peer: Uint8Array): boolean {
    return this.#local !== undefined && this.self !== undefined &&
      addressOf(mappingOf(peer)) === addressOf(mappingOf(this.self));
  }

  /** What an indirect bubble to the peer tells (§5.6.4.1). */
  toTell(peer: Uint8Array): readonly Endpoint[] | undefined {
    const local = this.#local?.();
    return local !== undefined && this.isNeighbour(peer) ? [local] : undefined;
  }

  /** Where a peer may be by the list that it told (§5.6.4.2): private places, none of them ours. */
  believed(peer: Uint8Array, told: readonly Endpoint[]): readonly Endpoint[] {
    if (!this.isNeighbour(peer)) return NOWHERE;
    const own = this.#local?.();
    return told.filter((at) => at !== own && !this.#globalUnicast.has(addressOf(at)));
  }
}
