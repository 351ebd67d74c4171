/**
 * The ways on which a bubble may reach a peer that has not been met yet: to the mapping in its
 * address, to or from a random port (RFC 6081 §5.4), and to alternate addresses (§5.6).
 *
 * @module
 */

import { addressOf, type Endpoint } from "../../wire/endpoint.ts";
import type { ClientSocket } from "../client_sink.ts";

/** A way to a peer. */
export interface Way {
  readonly to: Endpoint;
  readonly via: ClientSocket;
}

/** The way that a packet came: from where, and to which of our sockets. */
export interface Arrival {
  readonly from: Endpoint;
  readonly via: ClientSocket;
}

/**
 * One of the ways to each address, by turns. What the peer says of itself comes before the usual
 * way, which is the mapping in its address.
 *
 * Anyone can forge the bubble that is answered, so an answer sends each address no more than came
 * in. A peer that is really there sends another bubble two seconds later, which the next way
 * answers.
 */
export function waysInTurn(ways: readonly Way[], usual: Way, turn: number): Way[] {
  return [...Map.groupBy(ways, ({ to }) => addressOf(to)).values()].map((same) => {
    const first = same[0] === usual ? 1 : 0;
    return same[(turn + first) % same.length]!;
  });
}
