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
import { ProvingSources } from "../../protocol/proving_sources.ts";
import type { Random } from "../../protocol/random.ts";
import { encodeBubble } from "../../wire/bubble.ts";
import { type Endpoint, endpoint } from "../../wire/endpoint.ts";
import { serverOf } from "../../wire/teredo_address.ts";
import { type DiscoveryType, type Trailers, withTrailers } from "../../wire/trailers.ts";
import type { AlternateAddresses } from "./alternate_addresses.ts";
import type { ClientPeer } from "../client_peer.ts";
import type { ClientSink, ClientSocket } from "../client_sink.ts";

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
   * (§5.2.4.2), and from or to a random port with the number of ours (§5.4.4.3).
   */
  sendDirect(
    peer: ClientPeer,
    to: Endpoint,
    sink: ClientSink,
    via: ClientSocket = "service",
  ): void {
    const hasPort = via !== "service" || to === peer.randomPlace;
    const randomPort = hasPort ? peer.ownPort?.outside : undefined;
    this.#send(this.self, peer.address, to, { nonce: peer.nonceReceived, randomPort }, sink, via);
  }

  /**
   * Straight to `to`, only to open our NAT: it proves nothing, so that the peer does not take the
   * port that it comes from for the one to answer.
   */
  sendOpening(peer: ClientPeer, to: Endpoint, sink: ClientSink, via: ClientSocket): void {
    this.#send(this.self, peer.address, to, {}, sink, via);
  }

  /** Straight to where a peer is or was, with a Neighbor Discovery Option (§5.7). */
  sendDiscovery(peer: ClientPeer, type: DiscoveryType, sink: ClientSink): void {
    const trailers = { nonce: peer.nonceReceived, neighborDiscovery: type };
    this.#send(this.self, peer.address, peer.place, trailers, sink, peer.via);
  }

  /**
   * Through the peer's server, with a new nonce for the peer to return (§5.2.4.1) and, until the
   * two have met, our alternate addresses (§5.6.4.1) and our random port (§5.4.4.2).
   */
  sendIndirect(peer: ClientPeer, now: number, sink: ClientSink): void {
    const nonce = this.hasNonces ? peer.issueNonce(this.#random, now) : undefined;
    const server = endpoint(serverOf(peer.address), TEREDO_PORT);
    const hasMet = nonce === undefined || peer.isSettled(now);
    const alternateAddresses = hasMet ? undefined : this.#alternates.toTell(peer.address);
    const randomPort = hasMet ? undefined : peer.ownPort?.outside;
    const trailers = { nonce, alternateAddresses, randomPort };
    this.#send(this.self, peer.address, server, trailers, sink);
  }

  /**
   * Through the server of a client, which answers it as it answers a relay's bubble.
   *
   * @param client the address of the client, 16 octets
   */
  sendProving(client: Uint8Array, now: number, sink: ClientSink): void {
    const server = endpoint(serverOf(client), TEREDO_PORT);
    this.#send(this.#sources.sourceFor(client, now), client, server, {}, sink);
  }

  /** Whether a packet is a client's answer to {@linkcode sendProving}. */
  isProof(ipv6: Uint8Array, now: number): boolean {
    return this.#sources.isProof(ipv6, now);
  }

  /** To a relay, or a client that is not remembered, with the nonce of its bubble. */
  sendUnremembered(
    address: Uint8Array,
    to: Endpoint,
    nonce: number | undefined,
    sink: ClientSink,
  ): void {
    this.#send(this.self, address, to, { nonce }, sink);
  }

  #send(
    source: Uint8Array | undefined,
    destination: Uint8Array,
    to: Endpoint,
    trailers: Trailers,
    sink: ClientSink,
    via: ClientSocket = "service",
  ): void {
    if (source === undefined) return;
    sink.datagram(to, via, withTrailers(encodeBubble(source, destination), trailers));
  }
}
