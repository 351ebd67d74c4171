/**
 * Meeting peers behind the same NAT, RFC 6081 §5.6: most NATs do not hairpin, so the two tell each
 * other their private addresses in the bubbles that go through their servers.
 *
 * The RFC has a client tell every peer. But a private address only helps behind the same public
 * address and is nobody else's business, so we tell only such peers and believe only them: nobody
 * on the Internet can make a client send bubbles around its private network.
 *
 * A port that the NAT forwards (§5.3) is different: everybody can send there. If it is not the one
 * in the client's address, every peer is told it, and believes it at the IPv4 address that the peer
 * has anyway.
 *
 * @module
 */

import { addressOf, type Endpoint } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { isPrivateIpv4 } from "../../wire/ipv4_address.ts";
import { mappingOf, serverOf } from "../../wire/teredo_address.ts";
import type { ClientConfig } from "../client_config.ts";
import { extensionsOf } from "../extensions.ts";
import type { OwnNat } from "./own_nat.ts";

/** The alternate addresses of a peer that gave none. */
export const NO_ALTERNATES: readonly Endpoint[] = [];

/** Decides which addresses to tell a peer, and which of a peer's to believe. */
export class AlternateAddresses {
  readonly #isOn: boolean;
  readonly #nat: OwnNat;
  readonly #local: ClientConfig["localEndpoint"];
  readonly #globalUnicast: GlobalUnicast;
  /** The client's Teredo address while it has one. */
  self: Uint8Array | undefined;

  /** Without `localEndpoint`, nobody is told or believed a private address. */
  constructor(nat: OwnNat, { extensions, localEndpoint, globalUnicast }: ClientConfig) {
    this.#isOn = extensionsOf(extensions).has("hairpinning");
    this.#nat = nat;
    this.#local = this.#isOn ? localEndpoint : undefined;
    this.#globalUnicast = globalUnicast;
  }

  /** Whether a peer has the same public IPv4 address as this client. */
  isNeighbour(peer: Uint8Array): boolean {
    return this.#local !== undefined && this.self !== undefined &&
      addressOf(mappingOf(peer)) === addressOf(mappingOf(this.self));
  }

  /** The alternate addresses for an indirect bubble to the peer, the local one first (§5.6.4.1). */
  toTell(peer: Uint8Array): readonly Endpoint[] | undefined {
    if (!this.#isOn || this.self === undefined) return undefined;
    const isNeighbour = this.isNeighbour(peer);
    const own = isNeighbour ? this.#own() : undefined;
    const { forwarded } = this.#nat;
    const hasPublic = forwarded !== undefined && isBeside(forwarded, this.self);
    // The Teredo address says everything about its own mapping.
    const places = [own, isNeighbour || hasPublic ? forwarded : undefined]
      .filter((place) => place !== undefined && place !== mappingOf(this.self!)) as Endpoint[];
    return places.length === 0 ? undefined : places;
  }

  /**
   * Which of the addresses that a peer gave it may be at (§5.6.4.2): private ones other than ours
   * if it is a neighbour, and one other port of its public address, which gets a bubble as well.
   *
   * @param hasRandomPort whether the peer named that already
   */
  believed(
    peer: Uint8Array,
    told: readonly Endpoint[],
    hasRandomPort: boolean,
  ): readonly Endpoint[] {
    if (!this.#isOn) return NO_ALTERNATES;
    const isNeighbour = this.isNeighbour(peer);
    const own = isNeighbour ? this.#own() : undefined;
    const isPossible = (at: Endpoint) =>
      isBeside(at, peer) ? at !== mappingOf(peer) : isNeighbour && this.isInside(at);
    const possible = told.filter((at) => at !== own && isPossible(at));
    const beside = hasRandomPort ? undefined : possible.find((at) => isBeside(at, peer));
    return possible.filter((at) => at === beside || !isBeside(at, peer));
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

/** Whether a place has the public IPv4 address of a Teredo address. */
function isBeside(place: Endpoint, teredo: Uint8Array): boolean {
  return addressOf(place) === addressOf(mappingOf(teredo));
}
