/**
 * Meeting peers behind the same NAT, RFC 6081 §5.6: most NATs do not hairpin, so the two tell each other
 * their private addresses in the bubbles that go through their servers.
 *
 * The RFC has a client tell every peer. But a private address only helps behind the same public address
 * and is nobody else's business, so we tell only such peers and believe only them: nobody on the Internet
 * can make a client send bubbles around its private network.
 *
 * @module
 */

import { addressOf, type Endpoint } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { mappingOf } from "../../wire/teredo_address.ts";

/** The alternate addresses of a peer that gave none. */
export const NOWHERE: readonly Endpoint[] = [];

/** Decides which addresses to tell a peer, and which of a peer's to believe. */
export class AlternateAddresses {
  readonly #local: (() => Endpoint | undefined) | undefined;
  readonly #globalUnicast: GlobalUnicast;
  /** The client's Teredo address while it has one. */
  self: Uint8Array | undefined;

  /** @param local the client's own address and port; without it, the extension is off */
  constructor(local: (() => Endpoint | undefined) | undefined, globalUnicast: GlobalUnicast) {
    this.#local = local;
    this.#globalUnicast = globalUnicast;
  }

  /** Whether a peer has the same public IPv4 address as this client. */
  isNeighbour(peer: Uint8Array): boolean {
    return this.#local !== undefined && this.self !== undefined &&
      addressOf(mappingOf(peer)) === addressOf(mappingOf(this.self));
  }

  /** The alternate addresses for an indirect bubble to the peer (§5.6.4.1). */
  toTell(peer: Uint8Array): readonly Endpoint[] | undefined {
    const local = this.#local?.();
    return local !== undefined && this.isNeighbour(peer) ? [local] : undefined;
  }

  /** Which of the addresses that a peer gave it may be at (§5.6.4.2): private ones other than ours. */
  believed(peer: Uint8Array, told: readonly Endpoint[]): readonly Endpoint[] {
    if (!this.isNeighbour(peer)) return NOWHERE;
    const own = this.#local?.();
    return told.filter((at) => at !== own && !this.#globalUnicast.has(addressOf(at)));
  }
}
