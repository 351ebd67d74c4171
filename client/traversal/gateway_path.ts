/**
 * The way to a Teredo peer through a gateway, for pairs whose NATs let nothing through directly.
 *
 * The gateway sends our packets on from its own native address: to the peer, a connection is one
 * with the gateway. So when the direct way opens, the connections that began here stay here until
 * they end. Echoes are answered one by one and move at once.
 *
 * @module
 */

import { PEER_VALIDITY } from "../../protocol/constants.ts";
import type { Endpoint } from "../../wire/endpoint.ts";
import { DIRECT_TRY_INTERVAL } from "../timing.ts";
import { PinnedFlows } from "./pinned_flows.ts";

/** A gateway that answered for a peer. Times are milliseconds of the machine's clock. */
export class GatewayPath {
  /** The gateway's address and port. */
  readonly at: Endpoint;
  readonly #flows = new PinnedFlows();
  #heardAt: number;
  #unansweredSince: number | undefined;
  #tryAt: number;

  constructor(at: Endpoint, now: number) {
    this.at = at;
    this.#heardAt = now;
    this.#tryAt = now + DIRECT_TRY_INTERVAL;
  }

  /** When a packet last came from the peer by this way. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Whether a packet of a new connection may go this way. */
  isOpen(now: number): boolean {
    return now - this.#heardAt < PEER_VALIDITY;
  }

  /** Whether a packet belongs to a connection that began here. */
  carries(ipv6: Uint8Array, now: number): boolean {
    return this.#flows.has(ipv6, now);
  }

  /** Whether this way is in use, or a connection that began here may go on. */
  isNeeded(now: number): boolean {
    return this.isOpen(now) || this.#flows.hasAny(now);
  }

  /** A packet goes out here. */
  sent(ipv6: Uint8Array, now: number): void {
    this.#flows.note(ipv6, now);
    this.#unansweredSince ??= now;
  }

  /** A packet came from the peer, or an answer to a test. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#unansweredSince = undefined;
  }

  /** How long packets have been going out without any coming in, in milliseconds. */
  unansweredFor(now: number): number {
    return this.#unansweredSince === undefined ? 0 : now - this.#unansweredSince;
  }

  /** Whether it is time to try the direct way. */
  isTryDue(now: number): boolean {
    return now >= this.#tryAt;
  }

  /** The direct way is being tried. */
  tried(now: number): void {
    this.#tryAt = now + DIRECT_TRY_INTERVAL;
  }
}
