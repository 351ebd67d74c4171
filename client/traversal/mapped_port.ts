/**
 * A client whose NAT forwards an external port to it, RFC 6081 §5.3: PCP, NAT-PMP or UPnP made the
 * mapping.
 *
 * Behind a symmetric NAT, packets still leave from ports that nobody can foresee, and only the
 * forwarded port lets answers in. Two such clients meet at the mappings in their addresses, which
 * are the forwarded ones, and not where each other's packets come from.
 *
 * A packet that came in by the forwarded port does not show that the peer hears us, so a random
 * port (§5.4) still opens for a peer whose NAT lets in nothing else, and is preferred to it. Data
 * decides between them: a peer sends it where it hears us.
 *
 * @module
 */

import { isBubble } from "../../wire/bubble.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { mappingOf } from "../../wire/teredo_address.ts";
import type { ClientPeer } from "../client_peer.ts";
import type { ClientSocket } from "../client_sink.ts";
import type { AlternateAddresses } from "./alternate_addresses.ts";
import type { OwnNat } from "./own_nat.ts";
import type { Arrival } from "./ways.ts";

/** Decides where packets for peers go while the NAT forwards a port. */
export class MappedPort {
  readonly #nat: OwnNat;
  readonly #alternates: AlternateAddresses;

  constructor(nat: OwnNat, alternates: AlternateAddresses) {
    this.#nat = nat;
    this.#alternates = alternates;
  }

  /**
   * Where packets for a peer go instead of `mapping`, where it is heard from: the four conditions
   * of §5.3.4.
   *
   * @param peer the peer's Teredo address
   * @returns `undefined` if they go to `mapping`
   */
  placeOf(peer: Uint8Array, mapping: Endpoint): Endpoint | undefined {
    const embedded = mappingOf(peer);
    return mapping !== embedded && this.hasTwoFaces ? embedded : undefined;
  }

  /** Whether a packet may have come in by the forwarded port. */
  #isEntry({ from, via }: Arrival): boolean {
    return this.hasTwoFaces && via === "service" && !this.#alternates.isInside(from);
  }

  /**
   * Whether a peer's proof came in by the forwarded port too early or too late to say where to meet
   * it: before the peer's indirect bubble, whose nonce we have to return, or while the peer is met
   * at a random port, which carries packets both ways.
   */
  isAside(peer: ClientPeer, arrival: Arrival, now: number): boolean {
    if (!this.#isEntry(arrival)) return false;
    return peer.nonceReceived === undefined || peer.isReachable(now) && !peer.isAt("service");
  }

  /**
   * The same for a bubble without our nonce: the peer need not have heard us. A peer that sends no
   * nonces is believed once its indirect bubble has shown that, or if the host waits for it.
   */
  isUnheard(peer: ClientPeer, arrival: Arrival, now: number): boolean {
    if (!this.#isEntry(arrival)) return false;
    if (peer.isReachable(now)) return !peer.isAt("service");
    const isNew = peer.introducedAt === -Infinity && !peer.isAwaited;
    return isNew || peer.nonceReceived !== undefined;
  }

  /**
   * Whether a packet moves a peer from the forwarded port to a random one. Bubbles don't, but data
   * goes where the peer hears us.
   */
  isMove(peer: ClientPeer, ipv6: Uint8Array, via: ClientSocket): boolean {
    return this.hasTwoFaces && via !== "service" && peer.via === "service" && !isBubble(ipv6);
  }

  /**
   * A search sends an indirect bubble. What the peer sends at once in answer comes in by the
   * forwarded port whether our packets reach it or not; only what answers the nonce of its indirect
   * bubble shows that they do.
   */
  startOver(peer: ClientPeer): void {
    if (this.hasTwoFaces) peer.nonceReceived = undefined;
  }

  /** Whether packets come in by the port in our address, and leave from others. */
  get hasTwoFaces(): boolean {
    return this.#nat.isSymmetric && this.#nat.isForwarded;
  }
}
