/**
 * A client's bubbles to a peer, with the trailers of RFC 6081.
 *
 * - direct: goes to where the peer is, or may be; opens our NAT
 * - indirect: goes to the peer's server, which the peer's NAT lets in; makes the peer open its own
 *   NAT
 * - proving: an indirect one without trailers, from an address that only the peer learns, so that
 *   its answer proves where it is; for peers that don't know RFC 6081
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import type { PeerSink } from "../../protocol/peer_search.ts";
import { ProvingSources } from "../../protocol/proving_sources.ts";
import type { Random } from "../../protocol/random.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { serverOf } from "../../wire/teredo_address.ts";
import { type DiscoveryType, type Trailers, withTrailers } from "../../wire/trailers.ts";
import type { AlternateAddresses } from "./alternate_addresses.ts";
import type { ClientPeer } from "../client_peer.ts";

/** Composes and sends bubbles. The caller decides when one may go out. */
export class Bubbles {
  /** Whether bubbles have the nonces of RFC 6081 §5.2. */
  readonly hasNonces: boolean;
  readonly #random: Random;
  readonly #alternates: AlternateAddresses;
  readonly #sources: ProvingSources;
  /** The client's Teredo address while it has one. */
  self: Uint8Array | undefined;

  constructor(random: Random, alternates: AlternateAddresses, hasNonces: boolean) {
    this.#random = random;
    this.#alternates = alternates;
    this.#sources = new ProvingSources(random);
    this.hasNonces = hasNonces;
  }

  /**
   * Straight to `to`, with the nonce of the peer's latest indirect bubble, if it had one
   * (§5.2.4.2), and with a Neighbor Discovery Option, if given (§5.7).
   */
  sendDirect(
    peer: ClientPeer,
    to: Endpoint,
    sink: PeerSink,
    neighborDiscovery?: DiscoveryType,
  ): void {
    this.#send(this.self, peer.address, to, { nonce: peer.nonceReceived, neighborDiscovery }, sink);
  }

  /**
   * Through the peer's server, with a new nonce for the peer to return (§5.2.4.1) and, until the
   * two have met, our alternate addresses (§5.6.4.1).
   */
  sendIndirect(peer: ClientPeer, now: number, sink: PeerSink): void {
    const nonce = this.hasNonces ? peer.issueNonce(this.#random, now) : undefined;
    const server = endpoint(serverOf(peer.address), TEREDO_PORT);
    const alternateAddresses = nonce === undefined || peer.isReachable(now)
      ? undefined
      : this.#alternates.toTell(peer.address);
    this.#send(this.self, peer.address, server, { nonce, alternateAddresses }, sink);
  }

  /**
   * Through the server of a client, which answers it as it answers a relay's bubble.
   *
   * @param client the address of the client, 16 octets
   */
  sendProving(client: Uint8Array, now: number, sink: PeerSink): void {
    const server = endpoint(serverOf(client), TEREDO_PORT);
    this.#send(this.#sources.sourceFor(client, now), client, server, {}, sink);
  }

  /** Whether a packet is a client's answer to {@linkcode sendProving}. */
  isProof(ipv6: Uint8Array, now: number): boolean {
    return this.#sources.isProof(ipv6, now);
  }

  /** To the relay whose IPv6 address is `address`, with the nonce of its bubble. */
  sendToRelay(
    address: Uint8Array,
    to: Endpoint,
    nonce: number | undefined,
    sink: PeerSink,
  ): void {
    this.#send(this.self, address, to, { nonce }, sink);
  }

  #send(
    source: Uint8Array | undefined,
    destination: Uint8Array,
    to: Endpoint,
    trailers: Trailers,
    sink: PeerSink,
  ): void {
    if (source === undefined) return;
    sink.datagram(to, "service", withTrailers(encodeBubble(source, destination), trailers));
  }
}
