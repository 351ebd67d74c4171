/**
 * Meeting peers behind the same NAT, RFC 6081 §5.6: most NATs do not hairpin, so the two tell each
 * other their private addresses in the bubbles that go through their servers.
 *
 * The RFC has a client tell every peer, and believe every peer. But a private address only helps
 * behind the same public address, and is nobody else's business. Anyone can make up a peer there,
 * give it a server of theirs, and forge our server's address. So:
 *
 * - Private addresses are told to peers behind our public address that have our server as well: what
 *   we tell goes to our server and from there to our own NAT, and nowhere else.
 * - A neighbour's are believed only while our host has packets for it, and just after it has returned
 *   a nonce that went that way. One that asks unbidden is told ours instead, and its bubble comes to
 *   us inside the NAT, with our nonce.
 *
 * So nobody on the Internet learns a client's private address, or makes it send bubbles around its
 * private network, unless its host itself sends to the peer that they have made up.
 *
 * A port that the NAT forwards (§5.3) is different: everybody can send there. If it is not the one
 * in the client's address, every peer is told it, and believes it at the IPv4 address that the peer
 * has anyway.
 *
 * @module
 */

import { addressOf, type Endpoint, portOf } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { isPrivateIpv4 } from "../../wire/ipv4_address.ts";
import { mappingOf, serverOf } from "../../wire/teredo_address.ts";
import type { ClientConfig } from "../client_config.ts";
import { extensionsOf } from "../extensions.ts";
import type { OwnNat } from "./own_nat.ts";

/** The alternate addresses of a peer that gave none. */
export const NO_ALTERNATES: readonly Endpoint[] = [];

/** The first port that is not a system port, RFC 6335 §6. */
const FIRST_PORT = 1024;

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

  /** Whether a peer is a neighbour whose server is ours, so that nobody else sees what we tell it. */
  sharesServer(peer: Uint8Array): boolean {
    return this.isNeighbour(peer) && serverOf(peer) === serverOf(this.self!);
  }

  /** The alternate addresses for an indirect bubble to the peer, the local one first (§5.6.4.1). */
  toTell(peer: Uint8Array): readonly Endpoint[] | undefined {
    if (!this.#isOn || this.self === undefined) return undefined;
    const isToldAll = this.sharesServer(peer);
    const own = isToldAll ? this.#own() : undefined;
    const { forwarded } = this.#nat;
    const hasPublic = forwarded !== undefined && isBeside(forwarded, this.self);
    // The Teredo address says everything about its own mapping.
    const places = [own, isToldAll || hasPublic ? forwarded : undefined]
      .filter((place) => place !== undefined && place !== mappingOf(this.self!)) as Endpoint[];
    return places.length === 0 ? undefined : places;
  }

  /**
   * Which of the addresses that a peer gave it may be at (§5.6.4.2): private ones if it is a
   * neighbour, and one other port of its public address, which gets a bubble as well.
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
    const isPossible = (at: Endpoint) =>
      isBeside(at, peer) ? at !== mappingOf(peer) : isNeighbour && this.#isForClients(at);
    const possible = told.filter(isPossible);
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

  /**
   * Whether another client may be at a place: inside, neither on this host nor at a broadcast
   * address, and not at the port of a well-known service, which would get our bubble instead.
   */
  #isForClients(place: Endpoint): boolean {
    const address = addressOf(place);
    const own = this.#own();
    return this.isInside(place) && portOf(place) >= FIRST_PORT &&
      !this.#globalUnicast.isBroadcast(address) &&
      (own === undefined || address !== addressOf(own));
  }

  #own(): Endpoint | undefined {
    return this.#local?.(serverOf(this.self!));
  }
}

/** Whether a place has the public IPv4 address of a Teredo address. */
export function isBeside(place: Endpoint, teredo: Uint8Array): boolean {
  return addressOf(place) === addressOf(mappingOf(teredo));
}
