/**
 * Meeting other clients on the same link, RFC 4380 §5.2.8: most NATs do not let two clients behind
 * them reach each other by their mapped addresses.
 *
 * Neighbours announce themselves to an IPv4 multicast group. An announcement is only a place to
 * look for a neighbour: it must answer from there before it is trusted.
 *
 * @module
 */

import { BUBBLE_SPACING, DISCOVERY_GROUP, TEREDO_PORT } from "../../protocol/constants.ts";
import type { PeerSink } from "../../protocol/peers/peer_search.ts";
import { type Random, uniform } from "../../protocol/random.ts";
import { encodeBubble, isBubble } from "../../wire/bubble.ts";
import { addressOf, type Endpoint, endpoint } from "../../wire/endpoint.ts";
import type { GlobalUnicast } from "../../wire/global_unicast.ts";
import { ALL_NODES, isSameIpv6 } from "../../wire/ipv6_address.ts";
import { DESTINATION, SOURCE } from "../../wire/ipv6_header.ts";
import { isTeredo, mappingOf, serverOf } from "../../wire/teredo_address.ts";
import type { ClientConfig, LocalDiscoverySettings } from "../client_config.ts";
import { ANNOUNCEMENT_PERIOD } from "../timing.ts";

/** Where discovery bubbles go: 224.0.0.253, port 3544. */
const GROUP = endpoint(DISCOVERY_GROUP, TEREDO_PORT);

/** A discovery bubble must not leave the link. */
const HOP_LIMIT = 1;

/** Announces the client to its neighbours, and judges their announcements. */
export class LocalDiscovery {
  readonly #settings: LocalDiscoverySettings;
  readonly #globalUnicast: GlobalUnicast;
  readonly #random: Random;
  /** The client's Teredo address while it has one. */
  #self: Uint8Array | undefined;
  #announcedAt = -Infinity;
  #announceAt = Infinity;

  constructor(settings: LocalDiscoverySettings, config: ClientConfig) {
    this.#settings = settings;
    this.#globalUnicast = config.globalUnicast;
    this.#random = config.random;
  }

  /** The client's address has changed or gone: a new one is announced at once. */
  useAddress(address: Uint8Array | undefined): void {
    this.#self = address;
    this.#announcedAt = -Infinity;
    this.#announceAt = address === undefined ? Infinity : -Infinity;
  }

  nextTimer(): number {
    return this.#announceAt;
  }

  handleTimer(now: number, sink: PeerSink): void {
    if (now < this.#announceAt) return;
    this.#announceAt = now +
      uniform(this.#random, ANNOUNCEMENT_PERIOD.low, ANNOUNCEMENT_PERIOD.high);
    this.announce(now, sink);
  }

  /** Sends a discovery bubble; later, if all neighbours have just been sent one. */
  announce(now: number, sink: PeerSink): void {
    if (this.#self === undefined) return;
    const earliest = this.#announcedAt + BUBBLE_SPACING;
    if (now < earliest) {
      // The neighbour that it is for now was not there for the last one.
      this.#announceAt = Math.min(this.#announceAt, earliest);
      return;
    }
    this.#announcedAt = now;
    sink.datagram(GROUP, "service", encodeBubble(this.#self, ALL_NODES, HOP_LIMIT));
  }

  /** Whether to believe a packet that was sent to the group: a neighbour's announcement. */
  accepts(ipv6: Uint8Array, from: Endpoint): boolean {
    if (this.#self === undefined) return false;
    if (!isBubble(ipv6) || !isSameIpv6(ipv6, DESTINATION, ALL_NODES)) return false;
    if (!this.#settings.isOnLink(addressOf(from))) return false;
    return this.#isNeighbour(ipv6, this.#self);
  }

  /** Whether the source is a well-formed Teredo address behind the same NAT, and not our own. */
  #isNeighbour(ipv6: Uint8Array, self: Uint8Array): boolean {
    if (!isTeredo(ipv6, SOURCE) || !this.#globalUnicast.has(serverOf(ipv6, SOURCE))) return false;
    const mapping = mappingOf(ipv6, SOURCE);
    const own = mappingOf(self);
    if (mapping === own || !this.#globalUnicast.has(addressOf(mapping))) return false;
    const { sameMappingOnly = true } = this.#settings;
    return !sameMappingOnly || addressOf(mapping) === addressOf(own);
  }
}
