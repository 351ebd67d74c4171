/**
 * Teredo clients that come from elsewhere than their address says, and bring no nonce: behind a
 * symmetric NAT, all but those with RFC 6081 §5.2 do. RFC 4380 §5.2.3 case 6 lets a client believe
 * them after a test. Ours is a bubble through the other client's server, from an address that only it
 * learns: its answer proves that it is where the answer comes from, as it does for a relay.
 *
 * Anyone can claim to be a client anywhere, so nothing is remembered, and challenges are limited.
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import { KeyedLimiter } from "../../protocol/keyed_limiter.ts";
import { addressOf, type Endpoint, portOf } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { SOURCE, sourceOf } from "../../wire/ipv6_header.ts";
import { mappingOf, serverOf } from "../../wire/teredo_address.ts";
import type { ClientSearch } from "../client_search.ts";
import type { ClientSink } from "../client_sink.ts";

/** Sends challenges. */
export class Challenges {
  readonly #globalUnicast: GlobalUnicast;
  readonly #search: ClientSearch;
  readonly #perPeer: KeyedLimiter | undefined;
  readonly #perServer: KeyedLimiter | undefined;

  constructor(globalUnicast: GlobalUnicast, search: ClientSearch) {
    this.#globalUnicast = globalUnicast;
    this.#search = search;
    this.#perPeer = KeyedLimiter.of(search.limits.challengesPerPeer);
    this.#perServer = KeyedLimiter.of(search.limits.challengesPerServer);
  }

  /** A packet of the Teredo client that is its source came from another place than its mapping. */
  send(ipv6: Uint8Array, from: Endpoint, now: number, sink: ClientSink): void {
    // What a server forwards says nothing about where the client is.
    if (portOf(from) === TEREDO_PORT) return;
    const { hash, traversal: { bubbles } } = this.#search;
    if (!bubbles.hasNonces || !this.#isPossible(from)) return;
    const server = serverOf(ipv6, SOURCE);
    if (!this.#isPossible(mappingOf(ipv6, SOURCE)) || !this.#globalUnicast.has(server)) return;
    if (this.#perPeer?.take(hash.ofBoth(from, ipv6, SOURCE), now) === false) return;
    if (this.#perServer?.take(hash.ofIpv4(server), now) === false) return;
    bubbles.sendProving(sourceOf(ipv6), now, sink);
  }

  #isPossible(place: Endpoint): boolean {
    return portOf(place) !== 0 && this.#globalUnicast.has(addressOf(place));
  }
}
