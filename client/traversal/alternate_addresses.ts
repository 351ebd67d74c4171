/**
 * Meeting peers behind the same NAT, RFC 6081 §5.6: most NATs do not hairpin, so the two tell each
 * other their private addresses in the bubbles that go through their servers.
 *
 * The RFC has a client tell every peer. But a private address only helps behind the same public
 * address and is nobody else's business, so we tell only such peers and believe only them: nobody
 * on the Internet can make a client send bubbles around its private network.
 *
 * @module
 */

import { addressOf, type Endpoint } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { isPrivateIpv4 } from "../../wire/ipv4_address.ts";
import { mappingOf, serverOf } from "../../wire/teredo_address.ts";
import type { ClientConfig } from "../client_config.ts";

/** The alternate addresses of a peer that gave none. */
export const NO_ALTERNATES: readonly Endpoint[] = [];

/** Decides which addresses to tell a peer, and which of a peer's to believe. */
export class AlternateAddresses {
  readonly #local: ClientConfig["localEndpoint"];
  readonly #globalUnicast: GlobalUnicast;
  /** The client's Teredo address while it has one. */
  self: Uint8Array | undefined;

  /**
   * @param local the client's own address and port towards a server; without it, the extension is
   * off
   */
  constructor(local: ClientConfig["localEndpoint"], globalUnicast: GlobalUnicast) {
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
    if (!this.isNeighbour(peer)) return undefined;
    const own = this.#own();
    // Without a NAT the Teredo address says it all.
    return own === undefined || own === mappingOf(this.self!) ? undefined : [own];
  }

  /**
   * Which of the addresses that a peer gave it may be at (§5.6.4.2): private ones other than ours.
   */
  believed(peer: Uint8Array, told: readonly Endpoint[]): readonly Endpoint[] {
    if (!this.isNeighbour(peer)) return NO_ALTERNATES;
    const own = this.#own();
    return told.filter((at) => at !== own && this.isInside(at));
  }

  /** Whether a place is on our side of the NAT: private, and not the NAT's own address. */
  isInside(place: Endpoint): boolean {
    const address = addressOf(place);
    if (this.self === undefined || address === addressOf(mappingOf(this.self))) return false;
    // In a network of private addresses these count as global.
    return isPrivateIpv4(address) || !this.#globalUnicast.has(address);
  }

  #own(): Endpoint | undefined {
    return this.#local?.(serverOf(this.self!));
  }
}
