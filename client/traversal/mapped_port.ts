/**
 * A client whose NAT forwards an external port to it, RFC 6081 §5.3: PCP, NAT-PMP or UPnP made the
 * mapping.
 *
 * Behind a symmetric NAT, packets still leave from ports that nobody can foresee, and only the
 * forwarded port lets answers in. Two such clients meet at the mappings in their addresses, which
 * are the forwarded ones, and not where each other's packets come from.
 *
 * @module
 */

import type { Endpoint } from "../../wire/endpoint.ts";
import { mappingOf } from "../../wire/teredo_address.ts";
import type { ClientPeer } from "../client_peer.ts";
import type { OwnNat } from "./own_nat.ts";

/** Decides where packets for peers go while the NAT forwards a port. */
export class MappedPort {
  readonly #nat: OwnNat;

  constructor(nat: OwnNat) {
    this.#nat = nat;
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
    return mapping !== embedded && this.#hasTwoFaces ? embedded : undefined;
  }

  /**
   * Whether a peer that proved where it is cannot believe us yet: its direct bubble came in by the
   * forwarded port before its indirect one, whose nonce we have to return from another port.
   */
  isAhead(peer: ClientPeer): boolean {
    return peer.nonceReceived === undefined && this.#hasTwoFaces;
  }

  /**
   * A search sends an indirect bubble. What the peer sends at once in answer comes in by the
   * forwarded port whether our packets reach it or not; only what answers the nonce of its indirect
   * bubble shows that they do.
   */
  startOver(peer: ClientPeer): void {
    if (this.#hasTwoFaces) peer.nonceReceived = undefined;
  }

  /** Whether packets come in by the port in our address, and leave from others. */
  get #hasTwoFaces(): boolean {
    return this.#nat.isSymmetric && this.#nat.isForwarded;
  }
}
