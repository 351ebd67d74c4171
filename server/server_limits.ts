/**
 * The rates beyond which a server drops packets.
 *
 * @module
 */

import type { Rate } from "../protocol/token_bucket.ts";

/** What a server limits. */
export type PacketKind = "solicitations" | "bubbles" | "echoes";

/**
 * What a limit is for:
 *
 * - `…PerSource`: each source, an address and port. A client has one for each server that it uses.
 * - `…PerAddress`: all sources at one address, such as the clients behind one NAT.
 * - `…InTotal`: all sources together.
 * - `toClient`: what is forwarded to each client, an address and port, from all sources.
 * - `toAddress`: what is forwarded to all clients at one address.
 * - `toHost`: the echoes that are forwarded to each native host.
 */
export type ServerLimit =
  | `${PacketKind}${"PerSource" | "PerAddress" | "InTotal"}`
  | "toClient"
  | "toAddress"
  | "toHost";

/** A rate for each limit; `undefined` lifts it. */
export type ServerLimits = Readonly<Record<ServerLimit, Rate | undefined>>;

/** A rate whose burst is what it allows in two seconds. */
function perSecond(count: number): Rate {
  return { perSecond: count, burst: 2 * count };
}

/**
 * The limits of a server that is not told otherwise. The RFC names none, but without them a server
 * reflects all that it is sent.
 *
 * Sources can be forged, and a Teredo address tells everybody the client's address and port, and its
 * server. So a limit must cost more to use up than it protects, even one for a single source: those
 * for an address are far above what the thousands of clients behind a carrier's NAT need, and
 * nothing is limited in total, unless the operator knows what the line can carry.
 */
export const SERVER_LIMITS: ServerLimits = {
  solicitationsPerSource: perSecond(5_000),
  solicitationsPerAddress: perSecond(20_000),
  solicitationsInTotal: undefined,
  bubblesPerSource: undefined,
  bubblesPerAddress: perSecond(25_000),
  bubblesInTotal: undefined,
  echoesPerSource: perSecond(5_000),
  echoesPerAddress: perSecond(20_000),
  echoesInTotal: undefined,
  toClient: perSecond(5_000),
  toAddress: perSecond(10_000),
  toHost: perSecond(10_000),
};
